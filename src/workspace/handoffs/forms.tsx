import type { Right } from '../../core/access.ts'
import type { SeenHandoff } from '../../handoffs/find.ts'
import type { CrossingContent } from '../../handoffs/messages/messages.ts'
import { canTake } from '../../handoffs/receiver.ts'
import { isLongList, narrowed } from '../../regions/runtime/jurisdiction-list.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { reasonsOf, reasonText } from '../../regions/runtime/reasons.ts'
import { SelectField, TextArea } from '../../web/components/fields.tsx'
import { JurisdictionSearch, typedAgency } from '../../web/components/jurisdiction-search.tsx'
import type { PageView } from '../../web/view.ts'
import type { StaffContext, StaffPageContext } from '../shell/context.ts'
import { ActionForm, Fold, type FormState, typedValue } from '../shell/form.tsx'

interface Props {
  c: StaffPageContext
  view: PageView
  context: StaffContext
  row: SeenHandoff
  content: CrossingContent
  may: (right: Right) => boolean
  formState: FormState | undefined
}

export function HandoffForms(props: Props) {
  const { view, row, may } = props
  const canAnswer = row.side === 'receiver' && row.state === 'offered' && may('handoffs')
  const canWithdraw = row.side === 'sender' && /^(offered|appealed)$/.test(row.state) && may('handoffs')
  const canDecide = row.side === 'arbitrator' && row.state === 'appealed' && may('decide')
  if (!canAnswer && !canWithdraw && !canDecide) return null
  return (
    <section class="panel actions" aria-labelledby="actions">
      <h2 id="actions">{view.t('work-acts')}</h2>
      {canAnswer && <Accept {...props} />}
      {canAnswer && <Refuse {...props} />}
      {canWithdraw && <Withdraw {...props} />}
      {canDecide && <Decide {...props} />}
    </section>
  )
}

const pathOf = ({ context, row }: Props, verb: string) =>
  `/work/${context.jurisdiction.slug}/handoffs/${row.id}/${verb}`

function Accept(props: Props) {
  const { c, view, row, formState } = props
  const { t } = view
  return (
    <Fold title={t('work-accept', { kind: row.kind })} open={formState?.sent.action === 'accept'}>
      <ActionForm {...{ c, view }} action={pathOf(props, 'accept')}>
        <input type="hidden" name="accept.kind" value={row.kind} />
        <p>{t(row.kind === 'share' ? 'work-accept-share' : 'work-accept-transfer')}</p>
        <Text {...props} action="accept" />
        <button class="usa-button" type="submit">
          {t('work-accept', { kind: row.kind })}
        </button>
      </ActionForm>
    </Fold>
  )
}

function Refuse(props: Props) {
  const { c, view, context, row, formState } = props
  const { t, site, language } = view
  const { region } = site
  const errors = formState?.errors ?? []
  const reasons = reasonsOf(region).map(value => ({ value, label: reasonText(region, value, language) }))
  const typed = typedAgency(c)
  const isLong = isLongList(region.documents)
  const chosen = typedValue(formState, 'refuse', 'counter')
  const listed = narrowed(region.documents, typed, ({ slug }) => slug === chosen)
  const bodies = [...listed.map(({ slug }) => slug), ...partnersOf(props)]
    .filter(id => id !== context.jurisdiction.slug)
    .map(value => ({ value, label: bodyName(region, value) }))
  return (
    <Fold
      title={t('work-refuse', { kind: row.kind })}
      open={formState?.sent.action === 'refuse' || (isLong && typed !== '')}
    >
      {isLong && <AgencySearch {...props} typed={typed} />}
      <ActionForm {...{ c, view }} action={pathOf(props, 'refuse')}>
        <input type="hidden" name="refuse.kind" value={row.kind} />
        <SelectField
          {...{ view, errors }}
          name="refuse.reason"
          label={t('work-field-reason')}
          required
          options={reasons}
          values={[typedValue(formState, 'refuse', 'reason')]}
        />
        <SelectField
          {...{ view, errors }}
          name="refuse.counter"
          label={t('work-field-counter')}
          required={false}
          any={t('work-counter-nobody')}
          options={bodies}
          values={[chosen]}
        />
        <Text {...props} action="refuse" />
        <button class="usa-button" type="submit">
          {t('work-refuse', { kind: row.kind })}
        </button>
        <p class="usa-hint">{t('work-refuse-hint', { kind: row.kind })}</p>
      </ActionForm>
    </Fold>
  )
}

function AgencySearch({ view, context, row, typed }: Props & { typed: string }) {
  const action = `/work/${context.jurisdiction.slug}/handoffs/${row.id}`
  return <JurisdictionSearch view={view} action={action} typed={typed} />
}

function partnersOf({ view }: Props): string[] {
  return (view.site.region.documents.region.partners ?? []).map(({ id }) => id)
}

function Withdraw(props: Props) {
  const { c, view, row } = props
  const { t } = view
  return (
    <ActionForm {...{ c, view }} action={pathOf(props, 'withdraw')}>
      <input type="hidden" name="withdraw.kind" value={row.kind} />
      <p>{t('work-withdraw-text', { kind: row.kind })}</p>
      <button class="usa-button usa-button--outline" type="submit">
        {t('work-withdraw-go', { kind: row.kind })}
      </button>
    </ActionForm>
  )
}

function Decide(props: Props) {
  const { c, view, row, content, formState } = props
  const { t, site, now } = view
  const { region } = site
  const errors = formState?.errors ?? []
  const typed = typedAgency(c)
  const chosen = typedValue(formState, 'decide', 'holder')
  const isNear = (slug: string) => [row.sender, row.receiver, chosen].includes(slug)
  const bodies = narrowed(region.documents, typed, ({ slug }) => isNear(slug))
    .map(({ slug }) => slug)
    .filter(
      body => body === row.sender || canTake(region, row.sender, content, { field: 'holder', body }, now),
    )
    .map(value => ({ value, label: bodyName(region, value) }))
  return (
    <>
      {isLongList(region.documents) && <AgencySearch {...props} typed={typed} />}
      <ActionForm {...{ c, view }} action={pathOf(props, 'decide')}>
        <SelectField
          {...{ view, errors }}
          name="decide.holder"
          label={t('work-field-holder')}
          required
          options={bodies}
          values={[chosen]}
        />
        <Text {...props} action="decide" />
        <button class="usa-button" type="submit">
          {t('work-decide-go')}
        </button>
        <p class="usa-hint">{t('work-decide-hint')}</p>
      </ActionForm>
    </>
  )
}

function Text({ view, formState, action }: Props & { action: string }) {
  return (
    <TextArea
      view={view}
      errors={formState?.errors ?? []}
      name={`${action}.text`}
      label={view.t('work-field-text')}
      required={false}
      rows={3}
      value={typedValue(formState, action, 'text')}
    />
  )
}
