import { inArray } from 'drizzle-orm'
import { openRegion } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import { staff } from '../../identity/region-schema.ts'
import { signedInAccess } from '../../identity/sessions/sessions.ts'
import { type GrantRow, listGrants, withdrawGrant } from '../../identity/staff/grants.ts'
import { decryptMailbox, hasMailbox } from '../../identity/staff/staff.ts'
import { BackLink, Empty, Moment, Until } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  authorizeStaff,
  authorizeStaffRead,
  mayAll,
  type StaffContext,
  type StaffPageContext,
} from '../shell/context.ts'
import { ActionForm, formStateFor, Refused, readSubmitted } from '../shell/form.tsx'
import { done, StaffPage, zoneOf } from '../shell/frame.tsx'
import { actorName, type Names, serviceLabel } from '../shell/names.ts'

/** Anyone who may read the whole audit log may see who works here. */
export async function grantsPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaffRead(c, 'audit')
  const rows = await listGrants(context.db)
  const staffNames = await staffNamesOf(context, rows)
  const now = c.get('platform').clock.now()
  const [current, ended] = [rows.filter(row => !isOver(row, now)), rows.filter(row => isOver(row, now))]
  const path = `/work/${context.jurisdiction.slug}/grants`
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={staffNames.get(context.signedIn.holder)?.name ?? ''}
      section="grants"
      title={t('work-section-grants')}
    >
      <h1>{t('work-section-grants')}</h1>
      <p class="usa-intro">{t('work-grants-intro')}</p>
      {mayChange(context) && (
        <p>
          <a class="usa-button" href={view.href(`${path}/new`)}>
            {t('work-grant-new')}
          </a>{' '}
          <a
            class="usa-button usa-button--outline"
            href={view.href(`/admin/jurisdictions/${context.jurisdiction.slug}/people`)}
          >
            {t('admin-invite-title')}
          </a>{' '}
          <a
            class="usa-button usa-button--outline"
            href={view.href(`/admin/jurisdictions/${context.jurisdiction.slug}/import`)}
          >
            {t('admin-moving-title')}
          </a>
        </p>
      )}
      {current.length === 0 && (
        <Empty>
          <p>{t('work-grants-none')}</p>
        </Empty>
      )}
      <GrantList {...{ view, context, people: staffNames }} rows={current} />
      {ended.length > 0 && (
        <>
          <h2>{t('work-grants-ended')}</h2>
          <GrantList {...{ view, context, people: staffNames }} rows={ended} />
        </>
      )}
    </StaffPage>,
  )
}

function mayChange(context: StaffContext): boolean {
  return !context.isFrozen && mayAll(context, 'grants')
}

function isOver({ endedAt, toAt }: GrantRow, now: number): boolean {
  return endedAt !== null || (toAt !== null && toAt <= now)
}

interface Person {
  readonly name: string
  readonly email: string
}
type StaffNames = ReadonlyMap<string, Person>

async function staffNamesOf(
  { platform, region, signedIn }: StaffContext,
  rows: readonly GrantRow[],
): Promise<StaffNames> {
  const db = openRegion(platform, signedInAccess(signedIn, platform.clock.now()), region.slug)
  const makers = rows
    .flatMap(({ madeBy, endedBy }) => [madeBy, endedBy ?? ''])
    .map(actor => actor.split(':')[1])
  const ids = [signedIn.holder, ...rows.map(row => row.staff), ...makers.filter(id => id !== undefined)]
  const found = await db
    .select()
    .from(staff)
    .where(inArray(staff.id, [...new Set(ids)]))
  const staffNames = await Promise.all(
    found.map(async row => {
      const email = hasMailbox(row) ? await decryptMailbox(platform, db, row.email) : ''
      return [row.id, { name: row.name, email }] as const
    }),
  )
  return new Map(staffNames)
}

interface ListProps {
  view: PageView
  context: StaffContext
  people: StaffNames
  rows: readonly GrantRow[]
}

function GrantList({ view, context, people: staffNames, rows }: ListProps) {
  const { t } = view
  return (
    <ul class="queue">
      {rows.map(row => (
        <li class="queue__item">
          <Holder {...{ people: staffNames, row }} />
          <div class="queue__state">
            <span class="mark">{t(`work-role-${row.role}`)}</span>
            <span>{servicesOf(view, context, row)}</span>
          </div>
          <div class="queue__when">
            <Term {...{ view, context, people: staffNames, row }} />
            {row.endedAt === null && mayChange(context) && !isOver(row, view.now) && (
              <a
                class="usa-link"
                href={view.href(`/work/${context.jurisdiction.slug}/grants/${row.id}/withdraw`)}
              >
                {t('work-grant-end-of', { name: staffNames.get(row.staff)?.name ?? row.staff })}
              </a>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

function Holder({ people: staffNames, row }: { people: StaffNames; row: GrantRow }) {
  const person = staffNames.get(row.staff)
  return (
    <div class="queue__what">
      <strong>{person?.name ?? row.staff}</strong>
      {person?.email && <span class="queue__place">{person.email}</span>}
    </div>
  )
}

function servicesOf(view: PageView, { jurisdiction }: StaffContext, { services }: GrantRow): string {
  if (services === null) return view.t('work-all-services')
  return services.map(code => serviceLabel(view, jurisdiction.slug, code)).join(', ')
}

function Term({ view, context, people: staffNames, row }: Omit<ListProps, 'rows'> & { row: GrantRow }) {
  const { t } = view
  const zone = zoneOf(view, context)
  const names: Names = new Map([...staffNames].map(([id, { name }]) => [id, name]))
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

export async function withdrawPage(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'grants')
  return showWithdraw(c, context, undefined)
}

export async function endGrant(c: StaffPageContext): Promise<Response> {
  const context = await authorizeStaff(c, 'grants')
  const view = viewOf(c)
  const sent = await readSubmitted(c, 'withdraw')
  try {
    await withdrawGrant(c.get('platform'), context.db, c.req.param('id') ?? '')
  } catch (error) {
    return showWithdraw(c, context, formStateFor(view, sent, error))
  }
  return done(c, view, `/work/${context.jurisdiction.slug}/grants`, 'grant-ended')
}

async function showWithdraw(
  c: StaffPageContext,
  context: Awaited<ReturnType<typeof authorizeStaff>>,
  formState: ReturnType<typeof formStateFor> | undefined,
) {
  const view = viewOf(c)
  const { t } = view
  const row = (await listGrants(context.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined) throw problem('not-found')
  const staffNames = await staffNamesOf(context, [row])
  const name = staffNames.get(row.staff)?.name ?? row.staff
  const me = staffNames.get(context.signedIn.holder)?.name ?? ''
  const path = `/work/${context.jurisdiction.slug}/grants`
  const role = t(`work-role-${row.role}`)
  return c.html(
    <StaffPage {...{ c, view, context, me }} section="grants" title={t('work-grant-end-of', { name })}>
      <BackLink href={view.href(path)}>{t('work-section-grants')}</BackLink>
      <Refused view={view} formState={formState} />
      <h1>{t('work-grant-end-of', { name })}</h1>
      <p>{t('work-grant-end-text', { name, role, services: servicesOf(view, context, row) })}</p>
      {row.staff === context.signedIn.holder && <p class="late">{t('work-grant-end-own')}</p>}
      {row.endedAt === null && (
        <ActionForm {...{ c, view }} action={`${path}/${row.id}/withdraw`}>
          <button class="usa-button usa-button--secondary" type="submit">
            {t('work-grant-end-go', { name })}
          </button>
        </ActionForm>
      )}
    </StaffPage>,
    formState === undefined ? 200 : 409,
  )
}
