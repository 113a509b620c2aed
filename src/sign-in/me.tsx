import { openRegion } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { isAdministrator } from '../people/administrators.ts'
import { grantsOf } from '../people/grants.ts'
import { passkeysOf } from '../people/passkeys.ts'
import { hasJustProved, listSessions, signedInAccess } from '../people/sessions.ts'
import { hasMailbox, openMailbox, type StaffRow, staffById } from '../people/staff.ts'
import { SignOut } from '../web/components.tsx'
import { Page } from '../web/layout.tsx'
import { type View, viewOf } from '../web/view.ts'
import { type PageContext, whoIsHere } from './arrive.ts'
import { MailboxForm } from './mailbox.tsx'
import { MyGrants } from './my-grants.tsx'
import { MyPasskeys } from './my-passkeys.tsx'
import { MySessions } from './my-sessions.tsx'
import { PASSKEY_SCRIPT } from './passkey-form.tsx'

/** Whoever is signed in, and what of the region's database is theirs: every statement says that the session is open. */
export async function mine(c: PageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const signedIn = await whoIsHere(c)
  const db = openRegion(platform, signedInAccess(signedIn, platform.clock.now()), region.slug)
  return { platform, region, signedIn, db }
}

/** The page of somebody who works here: who they are, what they may do and where, where they are signed in, and by what. */
export async function mePage(c: PageContext) {
  const view = viewOf(c)
  const { platform, region, signedIn, db } = await mine(c)
  const { holder } = signedIn
  const [row, sessions, passkeys, held, isRegionAdministrator] = await Promise.all([
    staffById(db, holder),
    listSessions(db, 'staff', holder, view.now),
    passkeysOf(db, holder),
    grantsOf(platform, region.slug, holder),
    isAdministrator(platform, region.slug, holder),
  ])
  if (row === undefined) throw problem('sign-in-needed')
  const { t } = view
  return c.html(
    <Page view={view} title={t('me-title')} script={PASSKEY_SCRIPT} personal>
      <div class="narrow sign-in">
        <h1>
          <span class="kicker">{t('me-title')}</span> {row.name}
        </h1>
        <Who view={view} row={row} email={await openMailbox(platform, db, row.email)} />
        <div class="sign-in__ways-on">
          <a class="usa-button" href={view.href('/work')}>
            {t('work-mine')}
          </a>
          <SignOut view={view} kind="outline" />
          {isRegionAdministrator && (
            <a class="usa-link" href={view.href('/region')}>
              {t('region-title')}
            </a>
          )}
        </div>
        <MyGrants view={view} held={held} />
        <MyPasskeys view={view} passkeys={passkeys} mayAdd={hasJustProved(signedIn, view.now)} />
        <MySessions view={view} sessions={sessions} current={signedIn.session} />
      </div>
    </Page>,
  )
}

function Who({ view, row, email }: { view: View; row: StaffRow; email: string }) {
  if (email !== '') return <p>{email}</p>
  return hasMailbox(row) || view.demo ? null : <MailboxForm view={view} email="" faults={[]} />
}
