import { problem } from '../core/problem.ts'
import { clientIdOf } from '../people/clients.ts'
import { listKeys, revokeKey } from '../people/keys.ts'
import { refuseStale } from '../people/sessions.ts'
import { BackLink, Empty, Moment, Until } from '../web/components.tsx'
import { type View, viewOf } from '../web/view.ts'
import { ActForm } from './form.tsx'
import { done, StaffPage, zoneOf } from './frame.tsx'
import { actorName, type Names, namesOf } from './names.ts'
import { mayAll, type Office, openToAct, openToSee, type PageContext } from './office.ts'

type KeyRow = Awaited<ReturnType<typeof listKeys>>[number]

/** The keys that this jurisdiction has given to programs. Whoever may see all of the audit may see them. */
export async function keysPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const office = await openToSee(c, 'audit')
  const rows = await listKeys(office.db)
  const names = await namesOf(
    c,
    office.signedIn,
    rows.map(({ createdBy }) => createdBy),
  )
  const path = keysPath(office)
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-section-keys')}
    >
      <h1>{t('work-section-keys')}</h1>
      <p class="usa-intro">{t('work-keys-intro')}</p>
      {mayChange(office) && (
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
          <KeyItem {...{ view, office, names, row }} />
        ))}
      </ul>
    </StaffPage>,
  )
}

function mayChange(office: Office): boolean {
  return !office.isFrozen && mayAll(office, 'keys')
}

export function keysPath({ jurisdiction }: Office): string {
  return `/work/${jurisdiction.slug}/keys`
}

interface ItemProps {
  view: View
  office: Office
  names: Names
  row: KeyRow
}

function KeyItem({ view, office, names, row }: ItemProps) {
  const { t } = view
  const { id, name, kind, scope, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  const zone = zoneOf(view, office)
  const state = stateOf(row, view.now)
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{name}</strong>
        <span class="number">{kind === 'client' ? clientIdOf(office.jurisdiction.slug, id) : id}</span>
        <span class="queue__place">
          {t(`work-key-kind-${kind}`)} · {t(`work-scope-${scope}`)}
        </span>
      </div>
      <div class="queue__state">
        <span class="mark">{t(`work-key-${state}`)}</span>
        {revokedAt !== null && <Moment view={view} at={revokedAt} zone={zone} exact />}
        {revokedAt === null && expiresAt !== null && (
          <span>
            {t('work-key-until')} <Until view={view} at={expiresAt} zone={zone} exact />
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
        {state === 'valid' && mayChange(office) && (
          <a class="usa-link" href={view.href(`${keysPath(office)}/${id}/revoke`)}>
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
  const office = await openToAct(c, 'keys')
  refuseStale(office.signedIn, c.get('platform').clock.now())
  const view = viewOf(c)
  const { t } = view
  const row = (await listKeys(office.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined || row.revokedAt !== null) throw problem('not-found')
  const names = await namesOf(c, office.signedIn)
  const { kind, name } = row
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-revoke-of', { kind, name })}
    >
      <BackLink href={view.href(keysPath(office))}>{t('work-section-keys')}</BackLink>
      <h1>{t('work-key-revoke-of', { kind, name })}</h1>
      <p>{t('work-key-revoke-text', { name })}</p>
      <ActForm {...{ c, view }} action={`${keysPath(office)}/${row.id}/revoke`}>
        <button class="usa-button usa-button--secondary" type="submit">
          {t('work-key-revoke-go')}
        </button>
      </ActForm>
    </StaffPage>,
  )
}

export async function endKey(c: PageContext): Promise<Response> {
  const office = await openToAct(c, 'keys')
  const now = c.get('platform').clock.now()
  refuseStale(office.signedIn, now)
  await revokeKey(office.db, c.req.param('id') ?? '', now)
  return done(c, viewOf(c), keysPath(office), 'key-revoked')
}
