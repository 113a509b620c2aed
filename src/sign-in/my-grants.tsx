import { problem } from '../core/problem.ts'
import { giveUpGrant, grantsOf, type HeldGrant } from '../people/grants.ts'
import { staffById } from '../people/staff.ts'
import { Alert, Empty, Moment, Until } from '../web/components.tsx'
import { type View, viewOf } from '../web/view.ts'
import type { PageContext } from './arrive.ts'
import { mine } from './me.tsx'
import { Own } from './simple.tsx'

interface Held {
  readonly grants: readonly HeldGrant[]
  readonly away: readonly string[]
}

/** What each jurisdiction has let them do, and still does or will. */
export function MyGrants({ view, held }: { view: View; held: Held }) {
  const { t, now, site } = view
  const grants = held.grants.filter(({ toAt }) => toAt === null || toAt > now)
  const away = held.away.map(slug => site.region.jurisdiction(slug)?.name ?? slug)
  return (
    <section aria-labelledby="my-grants">
      <h2 id="my-grants">{t('my-grants-title')}</h2>
      {away.length > 0 && (
        <Alert type="warning">
          <p>{t('my-grants-away', { names: away.join(', ') })}</p>
        </Alert>
      )}
      {grants.length === 0 ? (
        <Empty>
          <p>{t('my-grants-none')}</p>
        </Empty>
      ) : (
        <ul class="own-list">
          {grants.map(grant => (
            <li>
              <div>
                <strong>{nameOf(view, grant)}</strong>
                <Details view={view} grant={grant} />
              </div>
              <a class="usa-button usa-button--unstyled" href={view.href(pathOf(grant))}>
                {t('my-grants-give-up')}
                <span class="usa-sr-only"> {nameOf(view, grant)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function pathOf({ jurisdiction, id }: HeldGrant): string {
  return `/me/grants/${jurisdiction}/${id}`
}

function nameOf(view: View, { jurisdiction, role }: HeldGrant): string {
  const name = view.site.region.jurisdiction(jurisdiction)?.name ?? jurisdiction
  return view.t('my-grants-one', { role: view.t(`role-${role}`), name })
}

function Details({ view, grant }: { view: View; grant: HeldGrant }) {
  const { t, site } = view
  const { fromAt, toAt, services, jurisdiction } = grant
  const codes = services === null ? [] : (JSON.parse(services) as string[])
  const names = codes.map(code => view.say(site.region.service(code)?.name) || code)
  const zone = site.region.calendar(jurisdiction).zone
  return (
    <span class="own-list__note">
      {names.length > 0 ? t('my-grants-services', { names: names.join(', ') }) : t('my-grants-all')}
      {fromAt > view.now && (
        <>
          {' · '}
          {t('my-grants-from')} <Moment view={view} at={fromAt} zone={zone} />
        </>
      )}
      {toAt !== null && (
        <>
          {' · '}
          {t('my-grants-until')} <Until view={view} at={toAt} zone={zone} exact />
        </>
      )}
    </span>
  )
}

async function one(c: PageContext) {
  const found = await mine(c)
  const { platform, region, signedIn, db } = found
  // That the session is open is asked before anything of a jurisdiction is.
  await staffById(db, signedIn.holder)
  const { grants } = await grantsOf(platform, region.slug, signedIn.holder)
  const grant = grants.find(
    ({ jurisdiction, id }) => jurisdiction === c.req.param('jurisdiction') && id === c.req.param('id'),
  )
  if (grant === undefined) throw problem('not-found')
  return { ...found, grant }
}

/** Names what goes before it goes. */
export async function giveUpPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { grant } = await one(c)
  return c.html(
    <Own view={view} title={t('give-up-title', { grant: nameOf(view, grant) })}>
      <p>{t('give-up-text')}</p>
      <form method="post" class="sign-in__ways-on">
        <button class="usa-button usa-button--secondary" type="submit">
          {t('give-up-go')}
        </button>
        <a class="usa-link" href={view.href('/me')}>
          {t('keep-it')}
        </a>
      </form>
    </Own>,
  )
}

export async function giveUp(c: PageContext) {
  const { platform, region, signedIn, grant } = await one(c)
  await giveUpGrant(platform, region.slug, grant.jurisdiction, grant.id, signedIn)
  return c.redirect(viewOf(c).href('/me'), 303)
}
