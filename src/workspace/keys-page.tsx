import { problem } from '../core/problem.ts'
import { clientIdOf } from '../people/clients.ts'
import { listKeys, revokeKey } from '../people/keys.ts'
import { refuseStale } from '../people/sessions.ts'
import { BackLink, Empty, Moment } from '../web/components.tsx'
import { type View, viewOf } from '../web/view.ts'
import { type Desk, openToAct, openToSee, type PageContext } from './desk.ts'
import { ActForm } from './form.tsx'
import { done, StaffPage, zoneOf } from './frame.tsx'
import { actorName, type Names, namesOf } from './names.ts'

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
  const path = keysPath(desk)
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

export function keysPath({ jurisdiction }: Desk): string {
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
  const { id, name, kind, scope, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  const zone = zoneOf(view, desk)
  const state = stateOf(row, view.now)
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{name}</strong>
        <span class="number">{kind === 'client' ? clientIdOf(desk.jurisdiction.slug, id) : id}</span>
        <span class="queue__place">
          {t(`work-key-kind-${kind}`)} · {t(`work-scope-${scope}`)}
        </span>
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
          <a class="usa-link" href={view.href(`${keysPath(desk)}/${id}/revoke`)}>
            {t('work-key-revoke-of', { kind, name })}
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

export async function revokePage(c: PageContext) {
  const desk = await openToAct(c, 'keys')
  refuseStale(desk.signedIn, c.get('platform').clock.now())
  const view = viewOf(c)
  const { t } = view
  const row = (await listKeys(desk.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined || row.revokedAt !== null) throw problem('not-found')
  const names = await namesOf(c, desk.signedIn)
  const { kind, name } = row
  return c.html(
    <StaffPage
      {...{ c, view, desk }}
      me={names.get(desk.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-revoke-of', { kind, name })}
    >
      <BackLink href={view.href(keysPath(desk))}>{t('work-section-keys')}</BackLink>
      <h1>{t('work-key-revoke-of', { kind, name })}</h1>
      <p>{t('work-key-revoke-text', { name })}</p>
      <ActForm {...{ c, view }} action={`${keysPath(desk)}/${row.id}/revoke`}>
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
  return done(c, viewOf(c), keysPath(desk), 'key-revoked')
}
