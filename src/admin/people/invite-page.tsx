import { inArray } from 'drizzle-orm'
import { openRegion } from '../../core/database/handles.ts'
import { type MessageKey, translator } from '../../core/i18n.ts'
import { problem } from '../../core/problem.ts'
import { staff } from '../../identity/region-schema.ts'
import { roles } from '../../identity/roles.ts'
import { signedInAccess } from '../../identity/sessions/sessions.ts'
import { listGrants } from '../../identity/staff/grants.ts'
import { decryptMailbox, hasMailbox, inviteStaff } from '../../identity/staff/staff.ts'
import { BackLink, NoMail } from '../../web/components/components.tsx'
import {
  describedBy,
  ErrorSummary,
  fieldId,
  HintAndError,
  TextArea,
  titled,
} from '../../web/components/fields.tsx'
import { offeredLanguages } from '../../web/components/layout.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../../workspace/shell/context.ts'
import {
  ActionForm,
  doOnce,
  type FormState,
  formStateFor,
  Refused,
  statusOf,
  submittedOf,
  typedValue,
} from '../../workspace/shell/form.tsx'
import { done, StaffPage, zoneOf } from '../../workspace/shell/frame.tsx'
import { namesOf } from '../../workspace/shell/names.ts'
import { MAX_TABLE_BYTES, type PersonRow, peopleColumns, type Rules, readPeople, tableText } from './table.ts'

/* Several people are invited from a table. Nothing is sent before it was shown with its problems. */

const UPLOAD = 'people'
const SEND = 'send'
// A table grows when it is sent as a field of a form.
const MAX_SENT_BYTES = 4 * MAX_TABLE_BYTES

export async function invitePage(c: StaffPageContext) {
  return showUpload(c, await authorizeStaff(c, 'grants'))
}

async function showUpload(c: StaffPageContext, context: ChangeContext, formState?: FormState) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(context.platform, context.signedIn)
  const errors = formState?.errors ?? []
  const { slug } = context.jurisdiction
  const title = t('admin-invite-title')
  const file = {
    view,
    name: `${UPLOAD}.file`,
    label: t('admin-invite-file'),
    hint: t('admin-invite-file-hint'),
    errors,
  }
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="grants"
      title={titled(view, title, errors)}
    >
      <BackLink href={view.href(`/work/${slug}/grants`)}>{t('work-section-grants')}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState} />
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-invite-intro')}</p>
      <NoMail view={view} mail={c.get('platform').mail} />
      <p>{t('admin-invite-columns', { columns: peopleColumns.join(', ') })}</p>
      <p>{t('admin-invite-roles', { roles: roles.join(', ') })}</p>
      <div class="work__form">
        <form
          method="post"
          action={view.href(`/admin/jurisdictions/${slug}/people/check`)}
          enctype="multipart/form-data"
          novalidate
          class="action__form"
        >
          <div class="usa-form-group">
            <label class="usa-label" for={fieldId(file.name)}>
              {file.label}
            </label>
            <HintAndError {...file} />
            <input
              class="usa-file-input"
              id={fieldId(file.name)}
              type="file"
              name={file.name}
              accept=".csv,.txt,text/csv"
              aria-describedby={describedBy(file)}
            />
          </div>
          <TextArea
            {...{ view, errors }}
            name={`${UPLOAD}.table`}
            label={t('admin-invite-paste')}
            rows={6}
            value={typedValue(formState, UPLOAD, 'table')}
          />
          <button class="usa-button" type="submit">
            {t('admin-invite-check')}
          </button>
        </form>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

export async function checkPeople(c: StaffPageContext) {
  const view = viewOf(c)
  const context = await authorizeStaff(c, 'grants')
  let text: string | undefined
  const form = await readForm(c, {
    withFiles: MAX_SENT_BYTES,
    take: async part => {
      if (part.name === `${UPLOAD}.file`) text = tableText(await part.read(MAX_TABLE_BYTES))
    },
  })
  const sent = submittedOf(form, UPLOAD)
  const table = text ?? sent.one('table')
  try {
    return await showPreview(c, context, table, readPeople(table, await rulesOf(view, context)))
  } catch (error) {
    return showUpload(c, context, formStateFor(view, sent, error))
  }
}

async function rulesOf(view: PageView, context: ChangeContext): Promise<Rules> {
  const held = await heldRoles(context)
  const roleNames = roles.flatMap(role =>
    offeredLanguages(view).map(
      language => [translator(language)(`role-${role}`).toLowerCase(), role] as const,
    ),
  )
  return {
    services: new Set(view.site.region.documents.services.map(({ code }) => code)),
    zone: zoneOf(view, context),
    now: view.now,
    roleNames: new Map(roleNames),
    hasRole: (address, role) => held.has(`${address} ${role}`),
  }
}

// Addresses of those who work here, with their roles.
async function heldRoles({ platform, db, region, signedIn }: ChangeContext): Promise<ReadonlySet<string>> {
  const now = platform.clock.now()
  const grants = (await listGrants(db)).filter(
    ({ endedAt, toAt }) => endedAt === null && (toAt ?? Infinity) > now,
  )
  const ids = [...new Set(grants.map(row => row.staff))]
  const regionDb = openRegion(platform, signedInAccess(signedIn, now), region.slug)
  const people = await regionDb.select().from(staff).where(inArray(staff.id, ids))
  const addresses = await Promise.all(
    people
      .filter(hasMailbox)
      .map(
        async row => [row.id, (await decryptMailbox(platform, regionDb, row.email)).toLowerCase()] as const,
      ),
  )
  const byId = new Map(addresses)
  return new Set(grants.map(row => `${byId.get(row.staff) ?? ''} ${row.role}`))
}

async function showPreview(
  c: StaffPageContext,
  context: ChangeContext,
  table: string,
  rows: readonly PersonRow[],
) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(context.platform, context.signedIn)
  const path = `/admin/jurisdictions/${context.jurisdiction.slug}/people`
  const ready = rows.filter(({ invitation }) => invitation !== undefined).length
  const title = t('admin-invite-preview')
  return c.html(
    <StaffPage
      {...{ c, view, context, title }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="grants"
    >
      <BackLink href={view.href(path)}>{t('admin-invite-title')}</BackLink>
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-invite-ready', { ready, count: rows.length })}</p>
      <ul class="queue">
        {rows.map(row => (
          <Row view={view} row={row} />
        ))}
      </ul>
      {ready > 0 && (
        <ActionForm c={c} view={view} action={path}>
          <input type="hidden" name={`${SEND}.table`} value={table} />
          <p>{t('admin-invite-only-ready')}</p>
          <button class="usa-button" type="submit">
            {t('admin-invite-send', { count: ready })}
          </button>
        </ActionForm>
      )}
    </StaffPage>,
  )
}

const columnLabels: Readonly<Record<string, MessageKey>> = {
  name: 'field-name',
  email: 'field-email',
  role: 'work-field-role',
  services: 'work-grant-services-label',
  from: 'work-field-from',
  to: 'work-field-to',
}

function Row({ view, row: { line, cells, issues, sameAs, invitation } }: { view: PageView; row: PersonRow }) {
  const { t } = view
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{cells.name || cells.email}</strong>
        <span class="queue__place">{cells.email}</span>
      </div>
      <div class="queue__state">
        <span class="mark">{invitation === undefined ? cells.role : t(`role-${invitation.role}`)}</span>
        <span>{cells.services || t('work-all-services')}</span>
        {(cells.from || cells.to) && (
          <span>
            {cells.from} – {cells.to}
          </span>
        )}
      </div>
      <div class="queue__when">
        <span class="quiet">{t('admin-invite-line', { line })}</span>
        {sameAs !== undefined && <span class="late">{t('admin-invite-same', { line: sameAs })}</span>}
        {issues.map(({ field, code, params }) => (
          <span class="late">
            {t('error-in', {
              label: t(columnLabels[field] ?? 'field-name'),
              message: code === 'taken' ? t('admin-invite-has-role') : t(`error-${code}`, params),
            })}
          </span>
        ))}
      </div>
    </li>
  )
}

/** Rows with problems are left out. Sent again, it invites only those who were not invited yet. */
export async function sendInvitations(c: StaffPageContext) {
  const view = viewOf(c)
  const context = await authorizeStaff(c, 'grants')
  const { platform, db, jurisdiction } = context
  const sent = submittedOf(await readForm(c, { bytes: MAX_SENT_BYTES }), SEND)
  const rows = readPeople(sent.one('table'), await rulesOf(view, context))
  const invitations = rows.flatMap(({ invitation }) => invitation ?? [])
  if (invitations.length === 0) throw problem('wrong-state')
  await doOnce(db, sent, view.now)
  for (const invitation of invitations) {
    await inviteStaff(platform, db, { ...invitation, language: view.language })
  }
  const result = platform.mail.isConfigured ? 'grant-made' : 'grant-made-unsent'
  return done(c, view, `/work/${jurisdiction.slug}/grants`, result)
}
