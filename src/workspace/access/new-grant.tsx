import { type Role, roles } from '../../identity/roles.ts'
import { inviteStaff } from '../../identity/staff/staff.ts'
import { BackLink, NoMail } from '../../web/components/components.tsx'
import { ChoiceField, ErrorSummary, TextField, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import {
  authorizeStaff,
  type ChangeContext,
  type StaffContext,
  type StaffPageContext,
} from '../shell/context.ts'
import { readFrom, readUntil } from '../shell/days.ts'
import {
  ActionForm,
  doOnce,
  Fold,
  type FormState,
  fieldError,
  formStateFor,
  Refused,
  readSubmitted,
  refuseMissing,
  type SubmittedForm,
  statusOf,
  textOf,
  typedValue,
} from '../shell/form.tsx'
import { done, StaffPage, zoneOf } from '../shell/frame.tsx'
import { namesOf } from '../shell/names.ts'

/* A grant is made for an email address; the invitation goes there. */

export async function newGrantPage(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'grants')
  return showNewGrant(c, context, undefined)
}

export async function makeNewGrant(c: StaffPageContext): Promise<Response> {
  const context = await authorizeStaff(c, 'grants')
  const platform = c.get('platform')
  const now = platform.clock.now()
  const view = viewOf(c)
  const sent = await readSubmitted(c, 'grant')
  try {
    const invitation = readInput(c, context, sent, now)
    await doOnce(context.db, sent, now)
    await inviteStaff(platform, context.db, { ...invitation, language: view.language })
    const actionResult = platform.mail.isConfigured ? 'grant-made' : 'grant-made-unsent'
    return done(c, view, `/work/${context.jurisdiction.slug}/grants`, actionResult)
  } catch (error) {
    return showNewGrant(c, context, formStateFor(view, sent, error))
  }
}

function readInput(c: StaffPageContext, context: StaffContext, sent: SubmittedForm, now: number) {
  refuseMissing(sent, ['email', 'role'])
  const role: Role | undefined = roles.find(known => known === sent.one('role'))
  if (role === undefined) throw fieldError('role', 'not-an-option')
  const known = c.get('site').region.documents.services.map(({ code }) => code)
  const services = sent.all('services')
  if (services.some(code => !known.includes(code))) throw fieldError('services', 'not-an-option')
  const zone = zoneOf(viewOf(c), context)
  const from = readFrom('from', sent.one('from'), zone)
  const to = readUntil('to', sent.one('to'), zone, Math.max(now, from ?? now))
  const email = textOf(sent, 'email', 200)
  return { email, role, services: services.length > 0 ? services : undefined, from, to }
}

async function showNewGrant(c: StaffPageContext, context: ChangeContext, formState: FormState | undefined) {
  const view = viewOf(c)
  const { t, site } = view
  const { mail } = c.get('platform')
  const names = await namesOf(context.platform, context.signedIn)
  const errors = formState?.errors ?? []
  const path = `/work/${context.jurisdiction.slug}/grants`
  const roleOptions = roles.map(value => ({
    value,
    label: t(`work-role-${value}`),
    note: t(`work-role-${value}-note`),
  }))
  const services = site.region.documents.services.map(({ code, name }) => ({
    value: code,
    label: view.localize(name),
  }))
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="grants"
      title={titled(view, t('work-grant-new'), errors)}
    >
      <div class="work__form">
        <BackLink href={view.href(path)}>{t('work-section-grants')}</BackLink>
        <ErrorSummary view={view} errors={errors} />
        <Refused view={view} formState={formState} />
        <h1>{t('work-grant-new')}</h1>
        {mail.isConfigured && <p>{t('work-grant-email')}</p>}
        <NoMail view={view} mail={mail} />
        <ActionForm {...{ c, view }} action={path}>
          <TextField
            {...{ view, errors }}
            name="grant.email"
            type="email"
            label={t('field-email')}
            hint={t('work-grant-email-hint')}
            required
            maxlength={200}
            value={typedValue(formState, 'grant', 'email')}
          />
          <ChoiceField
            {...{ view, errors }}
            name="grant.role"
            label={t('work-field-role')}
            options={roleOptions}
            values={[typedValue(formState, 'grant', 'role')]}
          />
          <Fold title={t('work-grant-services')} open={(formState?.sent.all('services').length ?? 0) > 0}>
            <ChoiceField
              {...{ view, errors }}
              name="grant.services"
              label={t('work-grant-services-label')}
              hint={t('work-grant-services-hint')}
              multiple
              options={services}
              values={formState?.sent.all('services') ?? []}
            />
          </Fold>
          {(['from', 'to'] as const).map(name => (
            <TextField
              {...{ view, errors }}
              name={`grant.${name}`}
              type="date"
              label={t(`work-field-${name}`)}
              required={false}
              value={typedValue(formState, 'grant', name)}
            />
          ))}
          <button class="usa-button" type="submit">
            {t('work-grant-go')}
          </button>
        </ActionForm>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}
