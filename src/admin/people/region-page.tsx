import { problem } from '../../core/problem.ts'
import { type RegionRole, regionRoles } from '../../identity/region-schema.ts'
import {
  endRegionRole,
  giveRegionRole,
  type RegionRoleHolder,
  regionRoleHolders,
} from '../../identity/staff/region-roles.ts'
import { Moment, NoMail } from '../../web/components/components.tsx'
import { ChoiceField, ErrorSummary, TextField, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  ActionForm,
  type FormState,
  fieldError,
  formStateFor,
  Refused,
  readSubmitted,
  refuseMissing,
  statusOf,
  textOf,
  typedValue,
} from '../../workspace/shell/form.tsx'
import { actorName, type Names, namesOf } from '../../workspace/shell/names.ts'
import { logStep } from '../log.ts'
import {
  type AdminContext,
  type AdminPageContext,
  authorizeAdmin,
  doingNow,
  isRegionAdmin,
  requireAdminStepUp,
} from '../shell/context.ts'
import { AdminPage, adminDone } from '../shell/frame.tsx'

/* Who administers the region, and who may read its configuration. */

const ADD = 'add'
const END = 'end'

export async function peoplePage(c: AdminPageContext) {
  return showPeople(c, await authorizeAdmin(c))
}

async function showPeople(c: AdminPageContext, context: AdminContext, formState?: FormState) {
  const view = viewOf(c)
  const { t } = view
  const { platform, signedIn } = context
  const holders = await regionRoleHolders(platform, context.db)
  const names = await namesOf(
    platform,
    signedIn,
    holders.map(({ madeBy }) => madeBy),
  )
  const errors = formState?.errors ?? []
  const title = t('admin-section-people')
  const me = names.get(signedIn.holder) ?? ''
  return c.html(
    <AdminPage {...{ c, view, context, me }} section="people" title={titled(view, title, errors)}>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState} />
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-people-intro')}</p>
      <ul class="queue">
        {holders.map(holder => (
          <Holder {...{ c, view, context, holder, holders, names }} />
        ))}
      </ul>
      {isRegionAdmin(context) && <AddForm {...{ c, view, formState }} />}
    </AdminPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

interface HolderProps {
  c: AdminPageContext
  view: PageView
  context: AdminContext
  holder: RegionRoleHolder
  holders: readonly RegionRoleHolder[]
  names: Names
}

// Addresses are for those who appoint.
function Holder({ c, view, context, holder, holders, names }: HolderProps) {
  const { t } = view
  const { id, staff, name, role, email, madeBy, madeAt } = holder
  const isLast = !holders.some(other => other.role === 'administrator' && other.staff !== staff)
  const mayEnd = isRegionAdmin(context) && !(role === 'administrator' && isLast)
  const zone = context.region.documents.region.timezone
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{name}</strong>
        {isRegionAdmin(context) && email !== '' && <span class="queue__place">{email}</span>}
      </div>
      <div class="queue__state">
        <span class="mark">{t(`role-region-${role}`)}</span>
      </div>
      <div class="queue__when">
        <span>
          <Moment view={view} at={madeAt} zone={zone} />
        </span>
        <span class="quiet">{t('work-made-by', { name: actorName(view, names, madeBy) })}</span>
        {mayEnd && (
          <details class="action">
            <summary>
              {t('admin-people-end')}
              <span class="usa-sr-only"> {name}</span>
            </summary>
            <p>
              {t(staff === context.signedIn.holder ? 'admin-people-end-own' : 'admin-people-end-text', {
                name,
              })}
            </p>
            <ActionForm c={c} view={view} action="/admin/people/end">
              <input type="hidden" name={`${END}.grant`} value={id} />
              <button class="usa-button usa-button--secondary" type="submit">
                {t('admin-people-end-go', { name })}
              </button>
            </ActionForm>
          </details>
        )}
      </div>
    </li>
  )
}

function AddForm({
  c,
  view,
  formState,
}: {
  c: AdminPageContext
  view: PageView
  formState: FormState | undefined
}) {
  const { t } = view
  const { mail } = c.get('platform')
  const errors = formState?.errors ?? []
  const typed = (name: string) => typedValue(formState, ADD, name)
  return (
    <section aria-labelledby="add">
      <h2 id="add">{t('admin-people-add')}</h2>
      {mail.isConfigured && <p>{t('admin-people-told')}</p>}
      <NoMail view={view} mail={mail} />
      <div class="work__form">
        <ActionForm c={c} view={view} action="/admin/people">
          <TextField
            {...{ view, errors }}
            name={`${ADD}.name`}
            label={t('field-name')}
            autocomplete="off"
            maxlength={200}
            required={false}
            value={typed('name')}
          />
          <TextField
            {...{ view, errors }}
            name={`${ADD}.email`}
            type="email"
            label={t('field-email')}
            autocomplete="off"
            maxlength={200}
            required
            value={typed('email')}
          />
          <ChoiceField
            {...{ view, errors }}
            name={`${ADD}.role`}
            label={t('work-field-role')}
            options={regionRoles.map(role => ({
              value: role,
              label: t(`role-region-${role}`),
              note: t(`role-region-${role}-note`),
            }))}
            values={[typed('role')]}
          />
          <button class="usa-button" type="submit">
            {t('admin-people-invite')}
          </button>
        </ActionForm>
      </div>
    </section>
  )
}

/** For what region administrators do at once, not in a draft. Throws `not-allowed`, `step-up-required`. */
async function authorizeToAppoint(c: AdminPageContext): Promise<AdminContext> {
  const context = await authorizeAdmin(c)
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  requireAdminStepUp(context)
  return context
}

export async function giveRole(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await authorizeToAppoint(c)
  const { platform, db, signedIn } = context
  const sent = await readSubmitted(c, ADD)
  try {
    refuseMissing(sent, ['email', 'role'])
    const role: RegionRole | undefined = regionRoles.find(known => known === sent.one('role'))
    if (role === undefined) throw fieldError('role', 'not-an-option')
    const input = {
      email: textOf(sent, 'email', 200),
      name: textOf(sent, 'name', 200),
      role,
      by: signedIn.holder,
      language: view.language,
    }
    await giveRegionRole(platform, db, input, [
      logStep({ ...doingNow(context), action: 'role-given', subject: role }),
    ])
  } catch (error) {
    return showPeople(c, context, formStateFor(view, sent, error))
  }
  return adminDone(c, view, '/admin/people', platform.mail.isConfigured ? 'invited' : 'saved')
}

export async function endRole(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await authorizeToAppoint(c)
  const { platform, db, signedIn } = context
  const sent = await readSubmitted(c, END)
  const input = { grant: sent.one('grant'), by: signedIn.holder, language: view.language }
  try {
    await endRegionRole(platform, db, input, [
      logStep({ ...doingNow(context), action: 'role-ended', subject: sent.one('grant') }),
    ])
  } catch (error) {
    return showPeople(c, context, formStateFor(view, sent, error))
  }
  return adminDone(c, view, '/admin/people', 'role-ended')
}
