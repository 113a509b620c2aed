import { problem } from '../../core/problem.ts'
import { grantsOf, type HeldGrant, resignGrant } from '../../identity/staff/grants.ts'
import { staffById } from '../../identity/staff/staff.ts'
import { Alert, Empty, Moment, Until } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import type { SignInPageContext } from '../session.ts'
import { Own } from '../simple.tsx'
import { ownAccount } from './page.tsx'

interface Held {
  readonly grants: readonly HeldGrant[]
  readonly unavailable: readonly string[]
}

export function MyGrants({ view, held }: { view: PageView; held: Held }) {
  const { t, now, site } = view
  const grants = held.grants.filter(({ toAt }) => toAt === null || toAt > now)
  const unavailable = held.unavailable.map(slug => site.region.jurisdiction(slug)?.name ?? slug)
  return (
    <section aria-labelledby="my-grants">
      <h2 id="my-grants">{t('my-grants-title')}</h2>
      {unavailable.length > 0 && (
        <Alert type="warning">
          <p>{t('my-grants-unavailable', { names: unavailable.join(', ') })}</p>
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

function nameOf(view: PageView, { jurisdiction, role }: HeldGrant): string {
  const name = view.site.region.jurisdiction(jurisdiction)?.name ?? jurisdiction
  return view.t('my-grants-one', { role: view.t(`role-${role}`), name })
}

function Details({ view, grant }: { view: PageView; grant: HeldGrant }) {
  const { t, site } = view
  const { fromAt, toAt, services, jurisdiction } = grant
  const codes = services ?? []
  const names = codes.map(code => view.localize(site.region.service(code)?.name) || code)
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

async function one(c: SignInPageContext) {
  const found = await ownAccount(c)
  const { platform, region, signedIn, db } = found
  // The first read also proves that the session is open.
  await staffById(db, signedIn.holder)
  const { grants } = await grantsOf(platform, region.slug, signedIn.holder)
  const grant = grants.find(
    ({ jurisdiction, id }) => jurisdiction === c.req.param('jurisdiction') && id === c.req.param('id'),
  )
  if (grant === undefined) throw problem('not-found')
  return { ...found, grant }
}

export async function resignPage(c: SignInPageContext) {
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

export async function resign(c: SignInPageContext) {
  const { platform, region, signedIn, grant } = await one(c)
  await resignGrant(platform, region, grant.jurisdiction, grant.id, signedIn)
  return c.redirect(viewOf(c).href('/me'), 303)
}
