import { Alert, Moment } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { actorName, type Names } from '../../workspace/shell/names.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { type CheckResult, proofFile, proofRecord } from './check.ts'
import { type HostState, proofToken } from './hosts.ts'

/** What came of a check that proved nothing. */
export interface FailedCheck {
  readonly host: string
  readonly file: Exclude<CheckResult, 'proved'>
  readonly dns: Exclude<CheckResult, 'proved'>
}

interface Props {
  c: AdminPageContext
  view: PageView
  /** Where its form is sent. */
  action: string
  state: HostState
  token: string
  failed: FailedCheck | undefined
  mayCheck: boolean
}

/** How to prove one host, and the button that looks. */
export function ProofSteps(props: Props) {
  const { c, view, action, state, token, failed, mayCheck } = props
  const { t } = view
  const { host } = state
  const id = `prove-${host}`
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{t('admin-host-prove', { host })}</h2>
      {failed?.host === host && <CheckFailed view={view} failed={failed} />}
      <p>{t('admin-host-prove-text')}</p>
      <h3>{t('admin-host-by-file')}</h3>
      <dl class="facts">
        <Fact name={t('admin-host-file-address')} text={proofFile(host, token)} />
        <Fact name={t('admin-host-file-text')} text={token} />
      </dl>
      <h3>{t('admin-host-by-dns')}</h3>
      <dl class="facts">
        <Fact name={t('admin-host-dns-name')} text={proofRecord(host)} />
        <Fact name={t('admin-host-dns-type')} text="TXT" />
        <Fact name={t('admin-host-dns-value')} text={token} />
      </dl>
      <p class="quiet">{t('admin-host-dns-wait')}</p>
      {mayCheck && (
        <ActionForm c={c} view={view} action={action}>
          <input type="hidden" name="check.host" value={host} />
          <button class="usa-button" type="submit">
            {t('admin-host-check')}
            <span class="usa-sr-only"> {host}</span>
          </button>
        </ActionForm>
      )}
    </section>
  )
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{text}</code>
      </dd>
    </div>
  )
}

function CheckFailed({ view, failed }: { view: PageView; failed: FailedCheck }) {
  const { t } = view
  return (
    <Alert type="warning" heading={t('admin-host-not-proved-yet')} live>
      <ul class="usa-list">
        <li>{t(`admin-host-file-${failed.file}`)}</li>
        <li>{t(`admin-host-dns-${failed.dns}`)}</li>
      </ul>
    </Alert>
  )
}

/** The steps for each host that nobody has proved yet; for those that cannot be reached, why. */
export async function proofsLeft(
  { c, view, action, failed }: Pick<Props, 'c' | 'view' | 'action' | 'failed'>,
  { platform, region }: DraftContext,
  states: readonly HostState[],
  mayCheck: (state: HostState) => boolean,
) {
  const left = states.filter(({ state }) => state === 'unproved')
  const tokens = await Promise.all(left.map(({ host }) => proofToken(platform, region.slug, host)))
  return left.map((state, index) => (
    <ProofSteps
      {...{ c, view, action, failed, state }}
      token={tokens[index] ?? ''}
      mayCheck={mayCheck(state)}
    />
  ))
}

interface StateProps {
  view: PageView
  state: HostState
  names: Names
  zone: string
}

export function StateText({ view, state: { host, state, proof }, names, zone }: StateProps) {
  const { t } = view
  if (state === 'unproved') return <span class="late">{t('admin-host-unproved')}</span>
  if (state === 'unprovable') {
    return <span class="late">{t(host === '*' ? 'admin-host-any' : 'admin-host-unprovable')}</span>
  }
  if (proof === undefined || state !== 'proved') {
    return <span>{t(state === 'local' ? 'admin-host-local' : 'admin-host-in-force')}</span>
  }
  return (
    <>
      <span>{t(`admin-host-proved-${proof.kind}`)}</span>{' '}
      <span class="quiet">
        {actorName(view, names, proof.by)}, <Moment view={view} at={proof.at} zone={zone} exact />
      </span>
    </>
  )
}
