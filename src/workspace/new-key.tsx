import { createClient } from '../people/clients.ts'
import { createKey, type NewKey } from '../people/keys.ts'
import { scopes } from '../people/roles.ts'
import { keyKinds } from '../people/schema.ts'
import { refuseStale } from '../people/sessions.ts'
import { siteAddress } from '../regions/site.ts'
import { Alert, BackLink } from '../web/components.tsx'
import { ChoiceField, FaultSummary, TextField, titled } from '../web/fields.tsx'
import { type View, viewOf } from '../web/view.ts'
import { readUntil } from './days.ts'
import {
  ActForm,
  type Again,
  againFor,
  badField,
  doOnce,
  Refused,
  readSent,
  type Sent,
  statusOf,
  typed,
  wordsOf,
} from './form.tsx'
import { StaffPage, zoneOf } from './frame.tsx'
import { keysPath } from './keys-page.tsx'
import { namesOf } from './names.ts'
import { type ChangeOffice, type Office, openToAct, type PageContext } from './office.ts'

/* Letting a program in: by a key that it sends each time, or as an OAuth client that buys tokens. */

const MAX_NAME = 100

export async function newKeyPage(c: PageContext) {
  const office = await openToAct(c, 'keys')
  refuseStale(office.signedIn, c.get('platform').clock.now())
  return showNewKey(c, office, undefined)
}

/** Makes a key or a client and shows its secret on the answer, the only time that it can be read. */
export async function makeKey(c: PageContext): Promise<Response> {
  const office = await openToAct(c, 'keys')
  const platform = c.get('platform')
  refuseStale(office.signedIn, platform.clock.now())
  const view = viewOf(c)
  const sent = await readSent(c, 'key')
  try {
    const { kind, ...wish } = readWish(view, office, sent)
    const { name, scope, expiresAt } = wish
    await doOnce(office.db, sent, platform.clock.now())
    if (kind === 'client')
      return await showMade(c, office, name, await createClient(platform, office.db, wish))
    const { key } = await createKey(platform, office.db, name, scope, expiresAt)
    return await showMade(c, office, name, { secret: key })
  } catch (error) {
    return showNewKey(c, office, againFor(view, sent, error))
  }
}

function readWish(view: View, office: Office, sent: Sent): NewKey & { kind: (typeof keyKinds)[number] } {
  const name = wordsOf(sent, 'name', MAX_NAME)
  if (name === '') throw badField('name', 'required')
  if (/[\n\t]/.test(name)) throw badField('name', 'one-line')
  const scope = scopes.find(known => known === sent.one('scope'))
  if (scope === undefined) throw badField('scope', 'required')
  const kind = keyKinds.find(known => known === sent.one('way'))
  if (kind === undefined) throw badField('way', 'required')
  const until = readUntil('to', sent.one('to'), zoneOf(view, office), view.now)
  return { name, scope, kind, expiresAt: until ?? null }
}

async function showNewKey(c: PageContext, office: ChangeOffice, again: Again | undefined) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(c, office.signedIn)
  const faults = again?.faults ?? []
  const options = scopes.map(value => ({
    value,
    label: t(`work-scope-${value}`),
    note: t(`work-scope-${value}-note`),
  }))
  const ways = keyKinds.map(value => ({
    value,
    label: t(`work-key-kind-${value}`),
    note: t(`work-key-kind-${value}-note`),
  }))
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="keys"
      title={titled(view, t('work-key-new'), faults)}
    >
      <div class="work__form">
        <BackLink href={view.href(keysPath(office))}>{t('work-section-keys')}</BackLink>
        <FaultSummary view={view} faults={faults} />
        <Refused view={view} again={again} />
        <h1>{t('work-key-new')}</h1>
        <ActForm {...{ c, view }} action={keysPath(office)}>
          <TextField
            {...{ view, faults }}
            name="key.name"
            label={t('work-field-key-name')}
            hint={t('work-key-name-hint')}
            required
            maxlength={MAX_NAME}
            value={typed(again, 'key', 'name')}
          />
          <ChoiceField
            {...{ view, faults, options }}
            name="key.scope"
            label={t('work-field-scope')}
            values={[typed(again, 'key', 'scope')]}
          />
          <ChoiceField
            {...{ view, faults }}
            name="key.way"
            label={t('work-field-way')}
            options={ways}
            values={[typed(again, 'key', 'way', 'key')]}
          />
          <TextField
            {...{ view, faults }}
            name="key.to"
            type="date"
            label={t('work-field-to')}
            hint={t('work-key-to-hint')}
            required={false}
            value={typed(again, 'key', 'to')}
          />
          <button class="usa-button" type="submit">
            {t('work-key-go')}
          </button>
        </ActForm>
      </div>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}

interface Made {
  /** A client's name for itself. */
  readonly clientId?: string
  readonly secret: string
}

async function showMade(c: PageContext, office: ChangeOffice, name: string, { clientId, secret }: Made) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(c, office.signedIn)
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-made', { name })}
    >
      <div class="work__form">
        <h1>{t('work-key-made', { name })}</h1>
        <Alert type="warning" live>
          <p>{t('work-key-once')}</p>
        </Alert>
        {clientId !== undefined && (
          <>
            <ToCopy id="client" label={t('work-client-id')} value={clientId} />
            <ToCopy
              id="token"
              label={t('work-client-token')}
              value={`${siteAddress(c.get('platform'), view.site.region)}/oauth/token`}
            />
          </>
        )}
        <div class="usa-form-group">
          <label class="usa-label" for="secret">
            {t(clientId === undefined ? 'work-key-secret' : 'work-client-secret')}
          </label>
          <textarea class="usa-textarea number work__secret" id="secret" readonly rows={3} autocomplete="off">
            {secret}
          </textarea>
        </div>
        <p>
          <a class="usa-button usa-button--outline" href={view.href(keysPath(office))}>
            {t('work-key-kept')}
          </a>
        </p>
      </div>
    </StaffPage>,
  )
}

function ToCopy({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <div class="usa-form-group">
      <label class="usa-label" for={id}>
        {label}
      </label>
      <input class="usa-input number" id={id} readonly value={value} autocomplete="off" />
    </div>
  )
}
