import { openRegion } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import { hasSteppedUp } from '../../identity/sessions/authentications.ts'
import { passkeysOf } from '../../identity/sessions/passkeys.ts'
import { listSessions, signedInAccess } from '../../identity/sessions/sessions.ts'
import { regionRoleOf } from '../../identity/staff/administrators.ts'
import { grantsOf } from '../../identity/staff/grants.ts'
import { decryptMailbox, hasMailbox, type StaffRow, staffById } from '../../identity/staff/staff.ts'
import { SignOut } from '../../web/components/components.tsx'
import { Page } from '../../web/components/layout.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { currentSignIn, type SignInPageContext } from '../session.ts'
import { MyGrants } from './grants.tsx'
import { MailboxForm } from './mailbox.tsx'
import { PASSKEY_SCRIPT } from './passkey-form.tsx'
import { MyPasskeys } from './passkeys.tsx'
import { MySessions } from './sessions.tsx'

export async function ownAccount(c: SignInPageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const signedIn = await currentSignIn(c)
  const db = openRegion(platform, signedInAccess(signedIn, platform.clock.now()), region.slug)
  return { platform, region, signedIn, db }
}

export async function ownAccountPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { platform, region, signedIn, db } = await ownAccount(c)
  const { holder } = signedIn
  const [row, sessions, passkeys, held, role] = await Promise.all([
    staffById(db, holder),
    listSessions(db, 'staff', holder, view.now),
    passkeysOf(db, holder),
    grantsOf(platform, region.slug, holder),
    regionRoleOf(platform, db, holder),
  ])
  if (row === undefined) throw problem('sign-in-needed')
  const { t } = view
  const mayAdminister = role !== undefined || held.grants.some(grant => grant.role === 'administrator')
  return c.html(
    <Page view={view} title={t('me-title')} script={PASSKEY_SCRIPT} personal>
      <div class="narrow sign-in">
        <h1>
          <span class="kicker">{t('me-title')}</span> {row.name}
        </h1>
        <Who view={view} row={row} email={await decryptMailbox(platform, db, row.email)} />
        <div class="sign-in__ways-on">
          <a class="usa-button" href={view.href('/work')}>
            {t('work-mine')}
          </a>
          <SignOut view={view} kind="outline" />
          {mayAdminister && (
            <a class="usa-link" href={view.href('/admin')}>
              {t('admin-title')}
            </a>
          )}
          {role === 'administrator' && (
            <a class="usa-link" href={view.href('/region')}>
              {t('region-title')}
            </a>
          )}
        </div>
        <MyGrants view={view} held={held} />
        <MyPasskeys view={view} passkeys={passkeys} mayAdd={hasSteppedUp(signedIn, view.now)} />
        <MySessions view={view} sessions={sessions} current={signedIn.session} />
      </div>
    </Page>,
  )
}

function Who({ view, row, email }: { view: PageView; row: StaffRow; email: string }) {
  if (email !== '') return <p>{email}</p>
  return hasMailbox(row) || view.demo ? null : <MailboxForm view={view} email="" errors={[]} />
}
