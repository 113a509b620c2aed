import { type Role, roles } from '../people/roles.ts'
import { refuseStale } from '../people/sessions.ts'
import { inviteStaff } from '../people/staff.ts'
import { BackLink, NoMail } from '../web/components.tsx'
import { ChoiceField, FaultSummary, TextField, titled } from '../web/fields.tsx'
import { viewOf } from '../web/view.ts'
import { readFrom, readUntil } from './days.ts'
import {
  ActForm,
  type Again,
  againFor,
  badField,
  doOnce,
  Fold,
  Refused,
  readSent,
  refuseMissing,
  type Sent,
  statusOf,
  typed,
  wordsOf,
} from './form.tsx'
import { done, StaffPage, zoneOf } from './frame.tsx'
import { namesOf } from './names.ts'
import { type ChangeOffice, type Office, openToAct, type PageContext } from './office.ts'

/* Letting somebody work here: by the mailbox in which they get their way in. */

export async function newGrantPage(c: PageContext) {
  const office = await openToAct(c, 'grants')
  refuseStale(office.signedIn, c.get('platform').clock.now())
  return showNewGrant(c, office, undefined)
}

export async function makeNewGrant(c: PageContext): Promise<Response> {
  const office = await openToAct(c, 'grants')
  const platform = c.get('platform')
  const now = platform.clock.now()
  refuseStale(office.signedIn, now)
  const view = viewOf(c)
  const sent = await readSent(c, 'grant')
  try {
    const invitation = readWish(c, office, sent, now)
    await doOnce(office.db, sent, now)
    await inviteStaff(platform, office.db, { ...invitation, language: view.language })
    const deed = platform.mail.isConfigured ? 'grant-made' : 'grant-made-unsent'
    return done(c, view, `/work/${office.jurisdiction.slug}/grants`, deed)
  } catch (error) {
    return showNewGrant(c, office, againFor(view, sent, error))
  }
}

function readWish(c: PageContext, office: Office, sent: Sent, now: number) {
  refuseMissing(sent, ['email', 'role'])
  const role: Role | undefined = roles.find(known => known === sent.one('role'))
  if (role === undefined) throw badField('role', 'not-an-option')
  const known = c.get('site').region.documents.services.map(({ code }) => code)
  const services = sent.all('services')
  if (services.some(code => !known.includes(code))) throw badField('services', 'not-an-option')
  const zone = zoneOf(viewOf(c), office)
  const from = readFrom('from', sent.one('from'), zone)
  const to = readUntil('to', sent.one('to'), zone, Math.max(now, from ?? now))
  const email = wordsOf(sent, 'email', 200)
  return { email, role, services: services.length > 0 ? services : undefined, from, to }
}

async function showNewGrant(c: PageContext, office: ChangeOffice, again: Again | undefined) {
  const view = viewOf(c)
  const { t, site } = view
  const { mail } = c.get('platform')
  const names = await namesOf(c, office.signedIn)
  const faults = again?.faults ?? []
  const path = `/work/${office.jurisdiction.slug}/grants`
  const roleOptions = roles.map(value => ({
    value,
    label: t(`work-role-${value}`),
    note: t(`work-role-${value}-note`),
  }))
  const services = site.region.documents.services.map(({ code, name }) => ({
    value: code,
    label: view.say(name),
  }))
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="grants"
      title={titled(view, t('work-grant-new'), faults)}
    >
      <div class="work__form">
        <BackLink href={view.href(path)}>{t('work-section-grants')}</BackLink>
        <FaultSummary view={view} faults={faults} />
        <Refused view={view} again={again} />
        <h1>{t('work-grant-new')}</h1>
        {mail.isConfigured && <p>{t('work-grant-letter')}</p>}
        <NoMail view={view} mail={mail} />
        <ActForm {...{ c, view }} action={path}>
          <TextField
            {...{ view, faults }}
            name="grant.email"
            type="email"
            label={t('field-email')}
            hint={t('work-grant-email-hint')}
            required
            maxlength={200}
            value={typed(again, 'grant', 'email')}
          />
          <ChoiceField
            {...{ view, faults }}
            name="grant.role"
            label={t('work-field-role')}
            options={roleOptions}
            values={[typed(again, 'grant', 'role')]}
          />
          <Fold title={t('work-grant-services')} open={(again?.sent.all('services').length ?? 0) > 0}>
            <ChoiceField
              {...{ view, faults }}
              name="grant.services"
              label={t('work-grant-services-label')}
              hint={t('work-grant-services-hint')}
              multiple
              options={services}
              values={again?.sent.all('services') ?? []}
            />
          </Fold>
          {(['from', 'to'] as const).map(name => (
            <TextField
              {...{ view, faults }}
              name={`grant.${name}`}
              type="date"
              label={t(`work-field-${name}`)}
              required={false}
              value={typed(again, 'grant', name)}
            />
          ))}
          <button class="usa-button" type="submit">
            {t('work-grant-go')}
          </button>
        </ActForm>
      </div>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}
