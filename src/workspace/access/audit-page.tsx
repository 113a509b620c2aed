import { type AuditFilter, type AuditRow, auditKinds, auditOf, writeAuditCursor } from '../../audit/audit.ts'
import { readAuditFilter } from '../../audit/routes.ts'
import type { Registry } from '../../capability.ts'
import { asProblem } from '../../core/problem.ts'
import { Empty, Moment } from '../../web/components/components.tsx'
import { type FieldMessage, fieldMessage, SelectField, TextField } from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaffRead, type StaffContext, type StaffPageContext } from '../shell/context.ts'
import { requestPath, StaffPage, zoneOf } from '../shell/frame.tsx'
import { actorName, type Names, namesOf } from '../shell/names.ts'

const SHOWN = 5

export async function auditPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaffRead(c, 'audit')
  const { filter, errors } = readFilter(c, view)
  const { auditText } = c.get('registry')
  const { rows, next } = await auditOf(context.db, filter)
  const names = await namesOf(
    context.platform,
    context.signedIn,
    rows.map(({ actor }) => actor),
  )
  const path = `/work/${context.jurisdiction.slug}/audit`
  const { actor = '', request = '', kind = '' } = filter
  const query = { actor, request, kind }
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="audit"
      title={t('work-section-audit')}
    >
      <h1>{t('work-section-audit')}</h1>
      <p class="usa-intro">{t('work-audit-intro')}</p>
      <Filters {...{ view, path, names, query, errors }} />
      {rows.length === 0 && (
        <Empty>
          <p>{t('work-audit-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {rows.map(row => (
          <Row {...{ view, context, names, path, row, auditText }} />
        ))}
      </ul>
      {next !== undefined && (
        <p>
          <a
            class="usa-link more"
            rel="next"
            href={view.href(`${path}?${new URLSearchParams({ ...query, after: writeAuditCursor(next) })}`)}
          >
            {t('work-next')}
            <Icon name="arrow_forward" />
          </a>
        </p>
      )}
    </StaffPage>,
    errors.length > 0 ? 400 : 200,
  )
}

function readFilter(
  c: StaffPageContext,
  view: PageView,
): { filter: AuditFilter; errors: readonly FieldMessage[] } {
  try {
    return { filter: readAuditFilter(name => c.req.query(name) ?? ''), errors: [] }
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const errors = fields.map(error => fieldMessage(view.t, error.field, view.t('track-number'), error))
    return { filter: { limit: 0 }, errors }
  }
}

interface FilterProps {
  view: PageView
  path: string
  names: Names
  errors: readonly FieldMessage[]
  query: { readonly actor: string; readonly request: string; readonly kind: string }
}

function Filters({ view, path, names, query, errors }: FilterProps) {
  const { t } = view
  const kinds = auditKinds.map(value => ({ value, label: t(`work-audit-kind-${value}`) }))
  return (
    <search>
      <form class="filters" action={view.href(path)}>
        <TextField
          view={view}
          name="request"
          label={t('track-number')}
          value={query.request}
          errors={errors}
        />
        <SelectField
          view={view}
          name="kind"
          label={t('work-audit-kind')}
          any={t('filter-any')}
          options={kinds}
          values={[query.kind]}
          errors={[]}
        />
        {query.actor !== '' && <input type="hidden" name="actor" value={query.actor} />}
        <button class="usa-button usa-button--outline" type="submit">
          {t('filter-go')}
        </button>
      </form>
      {query.actor !== '' && (
        <p>
          <strong>{actorName(view, names, query.actor)}</strong> ·{' '}
          <a class="usa-link" href={view.href(path)}>
            {t('work-audit-all')}
          </a>
        </p>
      )}
    </search>
  )
}

function detailsOf(about: AuditRow['about']) {
  return Object.entries(about).filter(([, value]) => value !== null && value !== '')
}

interface RowProps {
  view: PageView
  context: StaffContext
  names: Names
  path: string
  row: AuditRow
  auditText: Registry['auditText']
}

function Row({ view, context, names, path, row, auditText }: RowProps) {
  const { t } = view
  const { kind, at, actor, what, requests, fields, about } = row
  const texts = fields.map(field => t('work-audit-field', { field }))
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={view.href(`${path}?${new URLSearchParams({ actor })}`)}>
          {actorName(view, names, actor)}
        </a>
        <span class="queue__place">{actor}</span>
      </div>
      <div class="queue__state">
        <span>
          {kind === 'did'
            ? t(auditText(what) ?? 'audit-other', { what })
            : t('work-audit-saw', { view: what })}
          {texts.length > 0 && ` ${t('work-audit-with', { fields: texts.join(', ') })}`}
        </span>
        {requests.slice(0, SHOWN).map(id => (
          <a class="usa-link number" href={view.href(requestPath(context, id))}>
            {id}
          </a>
        ))}
        {requests.length > SHOWN && <span class="quiet">+{requests.length - SHOWN}</span>}
        {detailsOf(about).map(([name, value]) => (
          <span class="quiet">
            {name}: {String(value)}
          </span>
        ))}
      </div>
      <div class="queue__when">
        <Moment view={view} at={at} zone={zoneOf(view, context)} exact />
      </div>
    </li>
  )
}
