import { inArray } from 'drizzle-orm'
import { openRegion } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { type GrantRow, listGrants, withdrawGrant } from '../people/grants.ts'
import { staff } from '../people/region-schema.ts'
import { refuseStale, signedInAccess } from '../people/sessions.ts'
import { hasMailbox, openMailbox } from '../people/staff.ts'
import { BackLink, Empty, Moment, Until } from '../web/components.tsx'
import { type View, viewOf } from '../web/view.ts'
import { ActForm, againFor, Refused, readSent } from './form.tsx'
import { done, StaffPage, zoneOf } from './frame.tsx'
import { actorName, type Names, serviceLabel } from './names.ts'
import { mayAll, type Office, openToAct, openToSee, type PageContext } from './office.ts'

/** Who may work here: whom this jurisdiction has let in, as what, and until when. Whoever may see all of the audit may see it. */
export async function grantsPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const office = await openToSee(c, 'audit')
  const rows = await listGrants(office.db)
  const people = await peopleOf(c, office, rows)
  const now = c.get('platform').clock.now()
  const [current, ended] = [rows.filter(row => !isOver(row, now)), rows.filter(row => isOver(row, now))]
  const path = `/work/${office.jurisdiction.slug}/grants`
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={people.get(office.signedIn.holder)?.name ?? ''}
      section="grants"
      title={t('work-section-grants')}
    >
      <h1>{t('work-section-grants')}</h1>
      <p class="usa-intro">{t('work-grants-intro')}</p>
      {mayChange(office) && (
        <p>
          <a class="usa-button" href={view.href(`${path}/new`)}>
            {t('work-grant-new')}
          </a>
        </p>
      )}
      {current.length === 0 && (
        <Empty>
          <p>{t('work-grants-none')}</p>
        </Empty>
      )}
      <GrantList {...{ view, office, people }} rows={current} />
      {ended.length > 0 && (
        <>
          <h2>{t('work-grants-ended')}</h2>
          <GrantList {...{ view, office, people }} rows={ended} />
        </>
      )}
    </StaffPage>,
  )
}

function mayChange(office: Office): boolean {
  return !office.isFrozen && mayAll(office, 'grants')
}

function isOver({ endedAt, toAt }: GrantRow, now: number): boolean {
  return endedAt !== null || (toAt !== null && toAt <= now)
}

interface Person {
  readonly name: string
  readonly email: string
}
type People = ReadonlyMap<string, Person>

/** The people of these grants, of those who made them, and whoever has signed in. */
async function peopleOf(c: PageContext, { signedIn }: Office, rows: readonly GrantRow[]): Promise<People> {
  const platform = c.get('platform')
  const db = openRegion(platform, signedInAccess(signedIn, platform.clock.now()), c.get('site').region.slug)
  const makers = rows
    .flatMap(({ madeBy, endedBy }) => [madeBy, endedBy ?? ''])
    .map(actor => actor.split(':')[1])
  const ids = [signedIn.holder, ...rows.map(row => row.staff), ...makers.filter(id => id !== undefined)]
  const found = await db
    .select()
    .from(staff)
    .where(inArray(staff.id, [...new Set(ids)]))
  const people = await Promise.all(
    found.map(async row => {
      const email = hasMailbox(row) ? await openMailbox(platform, db, row.email) : ''
      return [row.id, { name: row.name, email }] as const
    }),
  )
  return new Map(people)
}

interface ListProps {
  view: View
  office: Office
  people: People
  rows: readonly GrantRow[]
}

function GrantList({ view, office, people, rows }: ListProps) {
  const { t } = view
  return (
    <ul class="queue">
      {rows.map(row => (
        <li class="queue__item">
          <Holder {...{ people, row }} />
          <div class="queue__state">
            <span class="mark">{t(`work-role-${row.role}`)}</span>
            <span>{servicesOf(view, office, row)}</span>
          </div>
          <div class="queue__when">
            <Term {...{ view, office, people, row }} />
            {row.endedAt === null && mayChange(office) && !isOver(row, view.now) && (
              <a
                class="usa-link"
                href={view.href(`/work/${office.jurisdiction.slug}/grants/${row.id}/withdraw`)}
              >
                {t('work-grant-end-of', { name: people.get(row.staff)?.name ?? row.staff })}
              </a>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

function Holder({ people, row }: { people: People; row: GrantRow }) {
  const person = people.get(row.staff)
  return (
    <div class="queue__what">
      <strong>{person?.name ?? row.staff}</strong>
      {person?.email && <span class="queue__place">{person.email}</span>}
    </div>
  )
}

/** For which services a grant is; all, when it names none. */
function servicesOf(view: View, { jurisdiction }: Office, { services }: GrantRow): string {
  if (services === null) return view.t('work-all-services')
  const codes = JSON.parse(services) as string[]
  return codes.map(code => serviceLabel(view, jurisdiction.slug, code)).join(', ')
}

function Term({ view, office, people, row }: Omit<ListProps, 'rows'> & { row: GrantRow }) {
  const { t } = view
  const zone = zoneOf(view, office)
  const names: Names = new Map([...people].map(([id, { name }]) => [id, name]))
  return (
    <>
      <span>
        <Moment view={view} at={row.fromAt} zone={zone} /> –{' '}
        {row.toAt === null ? t('work-no-end') : <Until view={view} at={row.toAt} zone={zone} exact />}
      </span>
      <span class="quiet">{t('work-made-by', { name: actorName(view, names, row.madeBy) })}</span>
      {row.endedAt !== null && (
        <span class="quiet">
          {t('work-ended-by', { name: actorName(view, names, row.endedBy ?? '') })}{' '}
          <Moment view={view} at={row.endedAt} zone={zone} exact />
        </span>
      )}
    </>
  )
}

/** Names whose grant it is and what ends with it. */
export async function withdrawPage(c: PageContext) {
  const office = await openToAct(c, 'grants')
  refuseStale(office.signedIn, c.get('platform').clock.now())
  return showWithdraw(c, office, undefined)
}

export async function endGrant(c: PageContext): Promise<Response> {
  const office = await openToAct(c, 'grants')
  refuseStale(office.signedIn, c.get('platform').clock.now())
  const view = viewOf(c)
  const sent = await readSent(c, 'withdraw')
  try {
    await withdrawGrant(c.get('platform'), office.db, c.req.param('id') ?? '')
  } catch (error) {
    return showWithdraw(c, office, againFor(view, sent, error))
  }
  return done(c, view, `/work/${office.jurisdiction.slug}/grants`, 'grant-ended')
}

async function showWithdraw(
  c: PageContext,
  office: Awaited<ReturnType<typeof openToAct>>,
  again: ReturnType<typeof againFor> | undefined,
) {
  const view = viewOf(c)
  const { t } = view
  const row = (await listGrants(office.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined) throw problem('not-found')
  const people = await peopleOf(c, office, [row])
  const name = people.get(row.staff)?.name ?? row.staff
  const me = people.get(office.signedIn.holder)?.name ?? ''
  const path = `/work/${office.jurisdiction.slug}/grants`
  const role = t(`work-role-${row.role}`)
  return c.html(
    <StaffPage {...{ c, view, office, me }} section="grants" title={t('work-grant-end-of', { name })}>
      <BackLink href={view.href(path)}>{t('work-section-grants')}</BackLink>
      <Refused view={view} again={again} />
      <h1>{t('work-grant-end-of', { name })}</h1>
      <p>{t('work-grant-end-text', { name, role, services: servicesOf(view, office, row) })}</p>
      {row.staff === office.signedIn.holder && <p class="late">{t('work-grant-end-own')}</p>}
      {row.endedAt === null && (
        <ActForm {...{ c, view }} action={`${path}/${row.id}/withdraw`}>
          <button class="usa-button usa-button--secondary" type="submit">
            {t('work-grant-end-go', { name })}
          </button>
        </ActForm>
      )}
    </StaffPage>,
    again === undefined ? 200 : 409,
  )
}
