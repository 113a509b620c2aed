import type { Right } from '../core/access.ts'
import type { SeenHandoff } from '../handoffs/find.ts'
import type { CrossingContent } from '../handoffs/messages.ts'
import { canTake } from '../handoffs/receiver.ts'
import { reasonsOf, reasonText } from '../regions/reasons.ts'
import { SelectField, TextArea } from '../web/fields.tsx'
import type { View } from '../web/view.ts'
import { ActForm, type Again, Fold, typed } from './form.tsx'
import { bodyName } from './names.ts'
import type { Office, PageContext } from './office.ts'

interface Props {
  c: PageContext
  view: View
  office: Office
  row: SeenHandoff
  content: CrossingContent
  may: (right: Right) => boolean
  again: Again | undefined
}

/** What this side may answer to a handoff as it stands, each with what follows from it. */
export function HandoffForms(props: Props) {
  const { view, row, may } = props
  const canAnswer = row.side === 'receiver' && row.state === 'offered' && may('handoffs')
  const canWithdraw = row.side === 'sender' && /^(offered|appealed)$/.test(row.state) && may('handoffs')
  const canDecide = row.side === 'arbitrator' && row.state === 'appealed' && may('decide')
  if (!canAnswer && !canWithdraw && !canDecide) return null
  return (
    <section class="panel acts" aria-labelledby="acts">
      <h2 id="acts">{view.t('work-acts')}</h2>
      {canAnswer && <Accept {...props} />}
      {canAnswer && <Refuse {...props} />}
      {canWithdraw && <Withdraw {...props} />}
      {canDecide && <Decide {...props} />}
    </section>
  )
}

const pathOf = ({ office, row }: Props, verb: string) =>
  `/work/${office.jurisdiction.slug}/handoffs/${row.id}/${verb}`

function Accept(props: Props) {
  const { c, view, row, again } = props
  const { t } = view
  return (
    <Fold title={t('work-accept')} open={again?.sent.act === 'accept'}>
      <ActForm {...{ c, view }} action={pathOf(props, 'accept')}>
        <p>{t(row.kind === 'share' ? 'work-accept-share' : 'work-accept-transfer')}</p>
        <Text {...props} act="accept" />
        <button class="usa-button" type="submit">
          {t('work-accept-go')}
        </button>
      </ActForm>
    </Fold>
  )
}

function Refuse(props: Props) {
  const { c, view, office, again } = props
  const { t, site, language } = view
  const { region } = site
  const faults = again?.faults ?? []
  const reasons = reasonsOf(region).map(value => ({ value, label: reasonText(region, value, language) }))
  const bodies = [...region.documents.jurisdictions.map(({ slug }) => slug), ...partnersOf(props)]
    .filter(id => id !== office.jurisdiction.slug)
    .map(value => ({ value, label: bodyName(region, value) }))
  return (
    <Fold title={t('work-refuse')} open={again?.sent.act === 'refuse'}>
      <ActForm {...{ c, view }} action={pathOf(props, 'refuse')}>
        <SelectField
          {...{ view, faults }}
          name="refuse.reason"
          label={t('work-field-reason')}
          required
          options={reasons}
          values={[typed(again, 'refuse', 'reason')]}
        />
        <SelectField
          {...{ view, faults }}
          name="refuse.counter"
          label={t('work-field-counter')}
          required={false}
          any={t('work-counter-nobody')}
          options={bodies}
          values={[typed(again, 'refuse', 'counter')]}
        />
        <Text {...props} act="refuse" />
        <button class="usa-button" type="submit">
          {t('work-refuse-go')}
        </button>
        <p class="usa-hint">{t('work-refuse-hint')}</p>
      </ActForm>
    </Fold>
  )
}

function partnersOf({ view }: Props): string[] {
  return (view.site.region.documents.region.partners ?? []).map(({ id }) => id)
}

function Withdraw(props: Props) {
  const { c, view } = props
  const { t } = view
  return (
    <ActForm {...{ c, view }} action={pathOf(props, 'withdraw')}>
      <p>{t('work-withdraw-text')}</p>
      <button class="usa-button usa-button--outline" type="submit">
        {t('work-withdraw-go')}
      </button>
    </ActForm>
  )
}

function Decide(props: Props) {
  const { c, view, row, content, again } = props
  const { t, site, now } = view
  const { region } = site
  const faults = again?.faults ?? []
  const bodies = region.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(
      body => body === row.sender || canTake(region, row.sender, content, { field: 'holder', body }, now),
    )
    .map(value => ({ value, label: bodyName(region, value) }))
  return (
    <ActForm {...{ c, view }} action={pathOf(props, 'decide')}>
      <SelectField
        {...{ view, faults }}
        name="decide.holder"
        label={t('work-field-holder')}
        required
        options={bodies}
        values={[typed(again, 'decide', 'holder')]}
      />
      <Text {...props} act="decide" />
      <button class="usa-button" type="submit">
        {t('work-decide-go')}
      </button>
      <p class="usa-hint">{t('work-decide-hint')}</p>
    </ActForm>
  )
}

function Text({ view, again, act }: Props & { act: string }) {
  return (
    <TextArea
      view={view}
      faults={again?.faults ?? []}
      name={`${act}.text`}
      label={view.t('work-field-text')}
      required={false}
      rows={3}
      value={typed(again, act, 'text')}
    />
  )
}
