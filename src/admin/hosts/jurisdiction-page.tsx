import { BackLink, Empty } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, TextField, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { type Names, namesOf } from '../../workspace/shell/names.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, doingNow, mayEdit } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { recordAt, withItem } from '../shell/values.ts'
import { type HostState, hostStates, hostsIn, otherRegionOf, REGION, readHostName } from './hosts.ts'
import { type FailedCheck, proofsLeft, StateText } from './proof.tsx'
import { runCheck } from './run-check.ts'

const MAX_TYPED = 300

/** Host names of one municipality, for its own site. */
export async function jurisdictionHostsPage(c: AdminPageContext) {
  return page(c, await openDraft(c))
}

// They are in the region's document, of which only these lines are the municipality's.
function openToEditHosts(c: AdminPageContext): Promise<DraftContext> {
  return openDraftToEdit(c, context => mayEditHosts(context, ownSlug(c, context)))
}

function mayEditHosts(context: DraftContext, slug: string): boolean {
  return mayEdit(context, `${slug}/jurisdiction.yaml`)
}

export async function addHost(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openToEditHosts(c)
  const slug = ownSlug(c, context)
  const sent = await readSubmitted(c, 'host')
  const host = readHostName(sent.one('name').slice(0, MAX_TYPED))
  if (host === undefined) return refused(c, context, sent, view.t('setup-error-host'))
  const region = await otherRegionOf(context.platform, context.region.slug, host)
  if (region !== undefined) {
    return refused(c, context, sent, view.t('admin-host-taken', { host, by: region }))
  }
  let by: string | undefined
  const edits = [
    {
      file: REGION,
      edit: (value = {}) => {
        const known = hostsIn(value).find(one => one.host === host)
        by = known && (known.jurisdiction ?? context.region.slug)
        return known === undefined ? withItem(value, ['jurisdictionHosts', host], slug) : value
      },
    },
  ]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  if (by !== undefined && by !== slug) {
    const name = by === context.region.slug ? context.base.region.name : jurisdictionName(context, by)
    return refused(c, context, sent, view.t('admin-host-taken', { host, by: name }))
  }
  return adminDone(c, view, hostsPath(context, slug), 'saved')
}

function refused(c: AdminPageContext, context: DraftContext, sent: SubmittedForm, message: string) {
  return page(c, context, { sent, errors: [{ field: 'host.name', label: undefined, message }] })
}

export async function removeHost(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openToEditHosts(c)
  const slug = ownSlug(c, context)
  const host = (await readSubmitted(c, 'remove')).one('host')
  const edits = [
    {
      file: REGION,
      edit: (value = {}) => {
        const own = Object.entries(recordAt(value, ['jurisdictionHosts']) ?? {})
        const rest = own.filter(([name, of]) => name.toLowerCase() !== host || of !== slug)
        return withItem(
          value,
          ['jurisdictionHosts'],
          rest.length === 0 ? undefined : Object.fromEntries(rest),
        )
      },
    },
  ]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  return adminDone(c, view, hostsPath(context, slug), 'removed')
}

export async function checkOwnHost(c: AdminPageContext) {
  const context = await openToEditHosts(c)
  const slug = ownSlug(c, context)
  const failed = await runCheck(c, context, ({ jurisdiction }) => jurisdiction === slug)
  if (failed !== undefined) return page(c, context, { failed })
  return adminDone(c, viewOf(c), hostsPath(context, slug), 'host-proved')
}

function hostsPath({ draft }: DraftContext, slug: string): string {
  return `${draftPath(draft)}/jurisdictions/${slug}/hosts`
}

interface Shown {
  readonly sent?: SubmittedForm
  readonly errors?: readonly FieldMessage[]
  readonly failed?: FailedCheck
}

async function page(c: AdminPageContext, context: DraftContext, { sent, errors = [], failed }: Shown = {}) {
  const view = viewOf(c)
  const { t } = view
  const slug = ownSlug(c, context)
  const { draft, me, platform, signedIn } = context
  const states = (await hostStates(context)).filter(({ jurisdiction }) => jurisdiction === slug)
  const names = await namesOf(
    platform,
    signedIn,
    states.flatMap(({ proof }) => proof?.by ?? []),
  )
  const title = t('admin-hosts')
  const path = hostsPath(context, slug)
  const isEditor = context.isOpen && mayEditHosts(context, slug)
  const left = await proofsLeft({ c, view, action: `${path}/check`, failed }, context, states, () => isEditor)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(`${draftPath(draft)}/jurisdictions/${slug}`)}>
        {jurisdictionName(context, slug)}
      </BackLink>
      <ErrorSummary view={view} errors={errors} />
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-hosts-own-intro')}</p>
      {states.length === 0 && (
        <Empty>
          <p>{t('admin-hosts-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {states.map(state => (
          <Item {...{ c, view, context, state, names, path, isEditor }} />
        ))}
      </ul>
      {left}
      {isEditor && (
        <section aria-labelledby="add">
          <h2 id="add">{t('admin-host-add')}</h2>
          <ActionForm c={c} view={view} action={path}>
            <TextField
              view={view}
              name="host.name"
              label={t('admin-host-name')}
              hint={t('admin-host-name-hint')}
              autocomplete="off"
              maxlength={MAX_TYPED}
              required
              value={sent?.one('name') ?? ''}
              errors={errors}
            />
            <button class="usa-button" type="submit">
              {t('admin-host-add')}
            </button>
          </ActionForm>
        </section>
      )}
    </AdminPage>,
    errors.length === 0 ? 200 : 400,
  )
}

interface ItemProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  state: HostState
  names: Names
  path: string
  isEditor: boolean
}

function Item({ c, view, context, state, names, path, isEditor }: ItemProps) {
  const { t } = view
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{state.host}</strong>
      </div>
      <div class="queue__state">
        <StateText {...{ view, state, names }} zone={context.base.region.timezone} />
      </div>
      <div class="queue__when">
        {isEditor && (
          <ActionForm c={c} view={view} action={`${path}/remove`}>
            <input type="hidden" name="remove.host" value={state.host} />
            <button class="usa-button usa-button--unstyled" type="submit">
              {t('admin-remove')}
              <span class="usa-sr-only"> {state.host}</span>
            </button>
          </ActionForm>
        )}
      </div>
    </li>
  )
}
