import { cleanLine } from '../../core/text.ts'
import { createClient } from '../../identity/programs/clients.ts'
import { createKey, type NewKey } from '../../identity/programs/keys.ts'
import { scopes } from '../../identity/roles.ts'
import { keyKinds } from '../../identity/schema.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import { Alert, BackLink } from '../../web/components/components.tsx'
import { ChoiceField, ErrorSummary, TextField, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  authorizeStaff,
  type ChangeContext,
  type StaffContext,
  type StaffPageContext,
} from '../shell/context.ts'
import { readUntil } from '../shell/days.ts'
import {
  ActionForm,
  doOnce,
  type FormState,
  fieldError,
  formStateFor,
  Refused,
  readSubmitted,
  type SubmittedForm,
  statusOf,
  textOf,
  typedValue,
} from '../shell/form.tsx'
import { StaffPage, zoneOf } from '../shell/frame.tsx'
import { namesOf } from '../shell/names.ts'
import { keysPath } from './keys-page.tsx'

/* An API key is sent with each request; an OAuth client exchanges its secret for access tokens. */

const MAX_NAME = 100

export async function newKeyPage(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'keys')
  return showNewKey(c, context, undefined)
}

/** The response is the only time that the secret can be read. */
export async function makeKey(c: StaffPageContext): Promise<Response> {
  const context = await authorizeStaff(c, 'keys')
  const platform = c.get('platform')
  const view = viewOf(c)
  const sent = await readSubmitted(c, 'key')
  try {
    const { kind, ...input } = readInput(view, context, sent)
    const { name, scope, expiresAt } = input
    await doOnce(context.db, sent, platform.clock.now())
    if (kind === 'client')
      return await showMade(c, context, name, await createClient(platform, context.db, input))
    const { key } = await createKey(platform, context.db, name, scope, expiresAt)
    return await showMade(c, context, name, { secret: key })
  } catch (error) {
    return showNewKey(c, context, formStateFor(view, sent, error))
  }
}

function readInput(
  view: PageView,
  context: StaffContext,
  sent: SubmittedForm,
): NewKey & { kind: (typeof keyKinds)[number] } {
  const name = cleanLine(textOf(sent, 'name', MAX_NAME))
  if (name === '') throw fieldError('name', 'required')
  const scope = scopes.find(known => known === sent.one('scope'))
  if (scope === undefined) throw fieldError('scope', 'required')
  const kind = keyKinds.find(known => known === sent.one('way'))
  if (kind === undefined) throw fieldError('way', 'required')
  const until = readUntil('to', sent.one('to'), zoneOf(view, context), view.now)
  return { name, scope, kind, expiresAt: until ?? null }
}

async function showNewKey(c: StaffPageContext, context: ChangeContext, formState: FormState | undefined) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(context.platform, context.signedIn)
  const errors = formState?.errors ?? []
  const options = scopes.map(value => ({
    value,
    label: t(`work-scope-${value}`),
    note: t(`work-scope-${value}-note`),
  }))
  const methods = keyKinds.map(value => ({
    value,
    label: t(`work-key-kind-${value}`),
    note: t(`work-key-kind-${value}-note`),
  }))
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="keys"
      title={titled(view, t('work-key-new'), errors)}
    >
      <div class="work__form">
        <BackLink href={view.href(keysPath(context))}>{t('work-section-keys')}</BackLink>
        <ErrorSummary view={view} errors={errors} />
        <Refused view={view} formState={formState} />
        <h1>{t('work-key-new')}</h1>
        <ActionForm {...{ c, view }} action={keysPath(context)}>
          <TextField
            {...{ view, errors }}
            name="key.name"
            label={t('work-field-key-name')}
            hint={t('work-key-name-hint')}
            required
            maxlength={MAX_NAME}
            value={typedValue(formState, 'key', 'name')}
          />
          <ChoiceField
            {...{ view, errors, options }}
            name="key.scope"
            label={t('work-field-scope')}
            values={[typedValue(formState, 'key', 'scope')]}
          />
          <ChoiceField
            {...{ view, errors }}
            name="key.way"
            label={t('work-field-way')}
            options={methods}
            values={[typedValue(formState, 'key', 'way', 'key')]}
          />
          <TextField
            {...{ view, errors }}
            name="key.to"
            type="date"
            label={t('work-field-to')}
            hint={t('work-key-to-hint')}
            required={false}
            value={typedValue(formState, 'key', 'to')}
          />
          <button class="usa-button" type="submit">
            {t('work-key-go')}
          </button>
        </ActionForm>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

interface Made {
  readonly clientId?: string
  readonly secret: string
}

async function showMade(
  c: StaffPageContext,
  context: ChangeContext,
  name: string,
  { clientId, secret }: Made,
) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(context.platform, context.signedIn)
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
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
          <a class="usa-button usa-button--outline" href={view.href(keysPath(context))}>
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
