import { problem } from '../../core/problem.ts'
import { clientIdOf } from '../../identity/programs/clients.ts'
import { listKeys, revokeKey } from '../../identity/programs/keys.ts'
import { BackLink, Empty, Moment, Until } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  authorizeStaff,
  authorizeStaffRead,
  mayAll,
  type StaffContext,
  type StaffPageContext,
} from '../shell/context.ts'
import { ActionForm } from '../shell/form.tsx'
import { done, StaffPage, zoneOf } from '../shell/frame.tsx'
import { actorName, type Names, namesOf } from '../shell/names.ts'

type KeyRow = Awaited<ReturnType<typeof listKeys>>[number]

/** Anyone who may read the whole audit log may see the keys. */
export async function keysPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaffRead(c, 'audit')
  const rows = await listKeys(context.db)
  const names = await namesOf(
    context.platform,
    context.signedIn,
    rows.map(({ createdBy }) => createdBy),
  )
  const path = keysPath(context)
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-section-keys')}
    >
      <h1>{t('work-section-keys')}</h1>
      <p class="usa-intro">{t('work-keys-intro')}</p>
      {mayChange(context) && (
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
          <KeyItem {...{ view, context, names, row }} />
        ))}
      </ul>
    </StaffPage>,
  )
}

function mayChange(context: StaffContext): boolean {
  return !context.isFrozen && mayAll(context, 'keys')
}

export function keysPath({ jurisdiction }: StaffContext): string {
  return `/work/${jurisdiction.slug}/keys`
}

interface ItemProps {
  view: PageView
  context: StaffContext
  names: Names
  row: KeyRow
}

function KeyItem({ view, context, names, row }: ItemProps) {
  const { t } = view
  const { id, name, kind, scope, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  const zone = zoneOf(view, context)
  const state = stateOf(row, view.now)
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{name}</strong>
        <span class="number">{kind === 'client' ? clientIdOf(context.jurisdiction.slug, id) : id}</span>
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
        {state === 'valid' && mayChange(context) && (
          <a class="usa-link" href={view.href(`${keysPath(context)}/${id}/revoke`)}>
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

export async function revokePage(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'keys')
  const view = viewOf(c)
  const { t } = view
  const row = (await listKeys(context.db)).find(({ id }) => id === c.req.param('id'))
  if (row === undefined || row.revokedAt !== null) throw problem('not-found')
  const names = await namesOf(context.platform, context.signedIn)
  const { kind, name } = row
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="keys"
      title={t('work-key-revoke-of', { kind, name })}
    >
      <BackLink href={view.href(keysPath(context))}>{t('work-section-keys')}</BackLink>
      <h1>{t('work-key-revoke-of', { kind, name })}</h1>
      <p>{t('work-key-revoke-text', { name })}</p>
      <ActionForm {...{ c, view }} action={`${keysPath(context)}/${row.id}/revoke`}>
        <button class="usa-button usa-button--secondary" type="submit">
          {t('work-key-revoke-go')}
        </button>
      </ActionForm>
    </StaffPage>,
  )
}

export async function endKey(c: StaffPageContext): Promise<Response> {
  const context = await authorizeStaff(c, 'keys')
  const now = c.get('platform').clock.now()
  await revokeKey(context.db, c.req.param('id') ?? '', now)
  return done(c, viewOf(c), keysPath(context), 'key-revoked')
}
