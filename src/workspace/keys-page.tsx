import { problem } from '../core/problem.ts'
import { createKey, listKeys, revokeKey } from '../people/keys.ts'
import { type Scope, scopes } from '../people/roles.ts'
import { refuseStale } from '../people/sessions.ts'
import { Alert, BackLink, Empty, Moment } from '../web/components.tsx'
import { ChoiceField, FaultSummary, TextField, titled } from '../web/fields.tsx'
import { type View, viewOf } from '../web/view.ts'
import { readUntil } from './days.ts'
import { type ChangeDesk, type Desk, openToAct, openToSee, type PageContext } from './desk.ts'
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
import { done, StaffPage, zoneOf } from './frame.tsx'
import { actorName, type Names, namesOf } from './names.ts'

const MAX_NAME = 100

type KeyRow = Awaited<ReturnType<typeof listKeys>>[number]

/** The keys that this jurisdiction has given to programs. */
export async function keysPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const desk = await openToSee(c, 'keys')
  const rows = await listKeys(desk.db)
  const names = await namesOf(
    c,
    desk.signedIn,
    rows.map(({ createdBy }) => createdBy),
  )
  const path = pathOf(desk)
  return c.html(
    <StaffPage
      {...{ c, view, desk }}
      me={names.get(desk.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-section-keys')}
    >
      <h1>{t('work-section-keys')}</h1>
      <p class="usa-intro">{t('work-keys-intro')}</p>
      {!desk.isFrozen && (
        <p>
          <a class="usa-button" href={view.href(`${path}/new`)}>
            {t('work-key-new')}
          </a>
        </p>
      )}
      {rows.length === 0 && (
        <Empty>
          <p>{t('work-keys-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {rows.map(row => (
          <KeyItem {...{ view, desk, names, row }} />
        ))}
      </ul>
    </StaffPage>,
  )
}

function pathOf({ jurisdiction }: Desk): string {
  return `/work/${jurisdiction.slug}/keys`
}

interface ItemProps {
  view: View
  desk: Desk
  names: Names
  row: KeyRow
}

function KeyItem({ view, desk, names, row }: ItemProps) {
  const { t } = view
  const { id, name, scope, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  const zone = zoneOf(view, desk)
  const state = stateOf(row, view.now)
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{name}</strong>
        <span class="number">{id}</span>
        <span class="queue__place">{t(`work-scope-${scope}`)}</span>
      </div>
      <div class="queue__state">
        <span class="mark">{t(`work-key-${state}`)}</span>
        {revokedAt !== null && <Moment view={view} at={revokedAt} zone={zone} exact />}
        {revokedAt === null && expiresAt !== null && (
          <span>
            {t('work-key-until')} <Moment view={view} at={expiresAt} zone={zone} exact />
          </span>
        )}
      </div>
      <div class="queue__when">
        <span>
          {t('work-made-by', { name: actorName(view, names, createdBy) })}{' '}
          <Moment view={view} at={createdAt} zone={zone} />
        </span>
        <span class="quiet">
          {lastUsedAt === null ? (
            t('work-key-unused')
          ) : (
            <>
              {t('work-key-used')} <Moment view={view} at={lastUsedAt} zone={zone} exact />
            </>
          )}
        </span>
        {state === 'valid' && !desk.isFrozen && (
          <a class="usa-link" href={view.href(`${pathOf(desk)}/${id}/revoke`)}>
            {t('work-key-revoke-of', { name })}
          </a>
        )}
      </div>
    </li>
  )
}

function stateOf({ revokedAt, expiresAt }: KeyRow, now: number): 'valid' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid'
}

export async function newKeyPage(c: PageContext) {
  const desk = await openToAct(c, 'keys')
  refuseStale(desk.signedIn, c.get('platform').clock.now())
  return showNewKey(c, desk, undefined)
}

/** Makes a key and shows it on the answer, the only time that it can be read. */
export async function makeKey(c: PageContext): Promise<Response> {
  const desk = await openToAct(c, 'keys')
  const platform = c.get('platform')
  refuseStale(desk.signedIn, platform.clock.now())
  const view = viewOf(c)
  const sent = await readSent(c, 'key')
  try {
    const { name, scope, until } = readWish(view, desk, sent)
    await doOnce(desk.db, sent, platform.clock.now())
    const { key } = await createKey(platform, desk.db, name, scope, until ?? null)
    return await showKey(c, desk, name, key)
  } catch (error) {
    return showNewKey(c, desk, againFor(view, sent, error))
  }
}

function readWish(
  view: View,
  desk: Desk,
  sent: Sent,
): { name: string; scope: Scope; until: number | undefined } {
  const name = wordsOf(sent, 'name', MAX_NAME)
  if (name === '') throw badField('name', 'required')
  if (/[\n\t]/.test(name)) throw badField('name', 'one-line')
  const scope = scopes.find(known => known === sent.one('scope'))
  if (scope === undefined) throw badField('scope', 'required')
  return { name, scope, until: readUntil('to', sent.one('to'), zoneOf(view, desk), view.now) }
}

async function showNewKey(c: PageContext, desk: ChangeDesk, again: Again | undefined) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(c, desk.signedIn)
  const faults = again?.faults ?? []
  const options = scopes.map(value => ({
    value,
    label: t(`work-scope-${value}`),
    note: t(`work-scope-${value}-note`),
  }))
  return c.html(
    <StaffPage
      {...{ c, view, desk }}
      me={names.get(desk.signedIn.holder) ?? ''}
      section="keys"
      title={titled(view, t('work-key-new'), faults)}
    >
      <div class="work__form">
        <BackLink href={view.href(pathOf(desk))}>{t('work-section-keys')}</BackLink>
        <FaultSummary view={view} faults={faults} />
        <Refused view={view} again={again} />
        <h1>{t('work-key-new')}</h1>
        <ActForm {...{ c, view }} action={pathOf(desk)}>
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
          <TextField
            {...{ view, faults }}
            name="key.to"
            type="date"
            label={t('work-field-to')}
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

async function showKey(c: PageContext, desk: ChangeDesk, name: string, key: string) {
  const view = viewOf(c)
  const { t } = view
  const names = await namesOf(c, desk.signedIn)
  return c.html(
    <StaffPage
      {...{ c, view, desk }}
      me={names.get(desk.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-made', { name })}
    >
      <div class="work__form">
        <h1>{t('work-key-made', { name })}</h1>
        <Alert type="warning" live>
          <p>{t('work-key-once')}</p>
        </Alert>
        <label class="usa-label" for="secret">
          {t('work-key-secret')}
        </label>
        <input class="usa-input number" id="secret" readonly value={key} autocomplete="off" />
        <p>
          <a class="usa-button usa-button--outline" href={view.href(pathOf(desk))}>
            {t('work-key-kept')}
          </a>
        </p>
      </div>
    </StaffPage>,
  )
}

export async function revokePage(c: PageContext) {
  const desk = await openToAct(c, 'keys')
  refuseStale(desk.signedIn, c.get('platform').clock.now())
  const view = viewOf(c)
  const { t } = view
  const row = (await listKeys(desk.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined || row.revokedAt !== null) throw problem('not-found')
  const names = await namesOf(c, desk.signedIn)
  const { name } = row
  return c.html(
    <StaffPage
      {...{ c, view, desk }}
      me={names.get(desk.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-revoke-of', { name })}
    >
      <BackLink href={view.href(pathOf(desk))}>{t('work-section-keys')}</BackLink>
      <h1>{t('work-key-revoke-of', { name })}</h1>
      <p>{t('work-key-revoke-text', { name })}</p>
      <ActForm {...{ c, view }} action={`${pathOf(desk)}/${row.id}/revoke`}>
        <button class="usa-button usa-button--secondary" type="submit">
          {t('work-key-revoke-go')}
        </button>
      </ActForm>
    </StaffPage>,
  )
}

export async function endKey(c: PageContext): Promise<Response> {
  const desk = await openToAct(c, 'keys')
  const now = c.get('platform').clock.now()
  refuseStale(desk.signedIn, now)
  await revokeKey(desk.db, c.req.param('id') ?? '', now)
  return done(c, viewOf(c), pathOf(desk), 'key-revoked')
}
