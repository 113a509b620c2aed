import { problem } from '../../core/problem.ts'
import { endSession, endSessionsOf, listSessions, type SessionRow } from '../../identity/sessions/sessions.ts'
import { Moment } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { type SignInPageContext, signOutOf } from '../session.ts'
import { ownAccount } from './page.tsx'

interface Props {
  view: PageView
  sessions: readonly SessionRow[]
  current: string
}

export function MySessions({ view, sessions, current }: Props) {
  const { t, site } = view
  const zone = site.region.documents.region.timezone
  return (
    <section aria-labelledby="my-sessions">
      <h2 id="my-sessions">{t('my-sessions-title')}</h2>
      <p>{t('my-sessions-text')}</p>
      <ul class="own-list">
        {sessions.map(({ id, device, createdAt, rotatedAt, method }) => (
          <li>
            <div>
              <strong>{device || t('device-unknown')}</strong>
              {id === current && <span class="own-list__here"> {t('my-sessions-this')}</span>}
              <span class="own-list__note">
                {t('my-sessions-since')} <Moment view={view} at={createdAt} zone={zone} exact />
                {' · '}
                {t('my-sessions-seen')} <Moment view={view} at={rotatedAt} zone={zone} exact />
                {' · '}
                {t(`method-${method}`)}
              </span>
            </div>
            <form method="post" action={view.href(`/me/sessions/${id}/end`)}>
              <button class="usa-button usa-button--unstyled" type="submit">
                {t('my-sessions-end')}
                <span class="usa-sr-only"> {device || t('device-unknown')}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <form method="post" action={view.href('/me/sessions/end-others')}>
          <button class="usa-button usa-button--outline" type="submit">
            {t('my-sessions-end-others')}
          </button>
        </form>
      )}
    </section>
  )
}

export async function endOne(c: SignInPageContext) {
  const { platform, region, signedIn, db } = await ownAccount(c)
  const open = await listSessions(db, 'staff', signedIn.holder, platform.clock.now())
  const found = open.find(({ id }) => id === c.req.param('id'))
  if (found === undefined) throw problem('not-found')
  if (found.id === signedIn.session) return signOut(c)
  await endSession(platform, region.slug, found.id)
  return c.redirect(viewOf(c).href('/me'), 303)
}

export async function endOthers(c: SignInPageContext) {
  const { platform, region, signedIn, db } = await ownAccount(c)
  await listSessions(db, 'staff', signedIn.holder, platform.clock.now())
  await endSessionsOf(platform, region.slug, 'staff', signedIn.holder, signedIn.session)
  return c.redirect(viewOf(c).href('/me'), 303)
}

export async function signOut(c: SignInPageContext) {
  await signOutOf(c)
  return c.redirect(viewOf(c).href('/sign-in'), 303)
}
