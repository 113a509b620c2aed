import { type AuditFilter, type AuditRow, auditKinds, auditOf, writeAuditCursor } from '../audit/audit.ts'
import { readAuditFilter } from '../audit/routes.ts'
import { asProblem } from '../core/problem.ts'
import { Empty, Moment } from '../web/components.tsx'
import { type FieldMessage, SelectField, TextField } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { type View, viewOf } from '../web/view.ts'
import { requestPath, StaffPage, zoneOf } from './frame.tsx'
import { actorName, type Names, namesOf } from './names.ts'
import { type Office, openToSee, type PageContext } from './office.ts'

/** Numbers shown of those that a row is about. */
const SHOWN = 5

/** Who did and saw what in a jurisdiction, the newest first. */
export async function auditPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const office = await openToSee(c, 'audit')
  const { filter, faults } = readFilter(c, view)
  const { rows, next } = await auditOf(office.db, filter)
  const names = await namesOf(
    c,
    office.signedIn,
    rows.map(({ actor }) => actor),
  )
  const path = `/work/${office.jurisdiction.slug}/audit`
  const { actor = '', request = '', kind = '' } = filter
  const query = { actor, request, kind }
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="audit"
      title={t('work-section-audit')}
    >
      <h1>{t('work-section-audit')}</h1>
      <p class="usa-intro">{t('work-audit-intro')}</p>
      <Filters {...{ view, path, names, query, faults }} />
      {rows.length === 0 && (
        <Empty>
          <p>{t('work-audit-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {rows.map(row => (
          <Row {...{ view, office, names, path, row }} />
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
    faults.length > 0 ? 400 : 200,
  )
}

/** What is asked of the audit; a number that is none is told beside its field. */
function readFilter(c: PageContext, view: View): { filter: AuditFilter; faults: readonly FieldMessage[] } {
  try {
    return { filter: readAuditFilter(c), faults: [] }
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const label = view.t('track-number')
    const faults = fields.map(({ field, code }) => ({ field, label, message: view.t(`fault-${code}`) }))
    return { filter: { limit: 0 }, faults }
  }
}

interface FilterProps {
  view: View
  path: string
  names: Names
  faults: readonly FieldMessage[]
  query: { readonly actor: string; readonly request: string; readonly kind: string }
}

function Filters({ view, path, names, query, faults }: FilterProps) {
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
          faults={faults}
        />
        <SelectField
          view={view}
          name="kind"
          label={t('work-audit-kind')}
          any={t('filter-any')}
          options={kinds}
          values={[query.kind]}
          faults={[]}
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

/** What else is on record of it, but for what was left open. */
function detailsOf(about: AuditRow['about']) {
  return Object.entries(about).filter(([, value]) => value !== null && value !== '')
}

interface RowProps {
  view: View
  office: Office
  names: Names
  path: string
  row: AuditRow
}

function Row({ view, office, names, path, row }: RowProps) {
  const { t } = view
  const { kind, at, actor, what, requests, fields, about } = row
  const said = fields.map(field => t('work-audit-field', { field }))
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
            ? t('work-audit-did', { what: what.replaceAll('-', '_') })
            : t('work-audit-saw', { view: what })}
          {said.length > 0 && ` ${t('work-audit-with', { fields: said.join(', ') })}`}
        </span>
        {requests.slice(0, SHOWN).map(id => (
          <a class="usa-link number" href={view.href(requestPath(office, id))}>
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
        <Moment view={view} at={at} zone={zoneOf(view, office)} exact />
      </div>
    </li>
  )
}
