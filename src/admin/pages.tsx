import { Hono } from 'hono'
import type { AppEnv } from '../regions/runtime/site.ts'
import { agreementPages } from './agreements/pages.ts'
import { boundaryPages } from './boundary/pages.ts'
import { applyDraft, cancelDraft, progressPage, unscheduleDraft } from './changes/apply-page.tsx'
import { approveDraft } from './changes/approval.ts'
import { downloadVersion } from './changes/download.ts'
import { planPage } from './changes/plan-page.tsx'
import { rebase } from './changes/rebase-page.tsx'
import { restoreVersion } from './changes/restore.ts'
import { versionPage } from './changes/version-page.tsx'
import { versionsPage } from './changes/versions-page.tsx'
import { coveragePage } from './coverage/page.tsx'
import { discard, draftPage, rename, restoreInDraft } from './drafts/draft-page.tsx'
import { draftsPage, startDraft } from './drafts/list-page.tsx'
import { addHolidays } from './holidays/add-page.ts'
import { holidaysPage, saveHolidays } from './holidays/holidays-page.tsx'
import { hostPages } from './hosts/pages.ts'
import { hoursPage, saveHours } from './hours/hours-page.tsx'
import { logPage } from './log-page.tsx'
import { movingPages } from './moving/pages.ts'
import { checklistPage } from './municipality/checklist-page.tsx'
import { addJurisdiction, jurisdictionsPage, newJurisdictionPage } from './municipality/list-page.tsx'
import { jurisdictionProfilePage, saveJurisdictionProfile } from './municipality/profile-page.tsx'
import { overviewPage } from './overview.tsx'
import { partnerPages } from './partners/pages.ts'
import { checkPeople, invitePage, sendInvitations } from './people/invite-page.tsx'
import { endRole, giveRole, peoplePage } from './people/region-page.tsx'
import { regionProfilePage, saveRegionProfile } from './region/profile-page.tsx'
import { rehearsalPage, rehearseDraft } from './rehearsal/page.tsx'
import { enterSandbox, removeSandboxPage, sandboxPage, startSandbox } from './sandbox/page.tsx'
import { servicePages } from './services/pages.ts'

export function adminPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()

  pages.get('/admin', overviewPage)
  pages.get('/admin/coverage', coveragePage)
  pages.get('/admin/versions', versionsPage)
  pages.get('/admin/versions/:version', versionPage)
  pages.get('/admin/versions/:version/documents.zip', downloadVersion)
  pages.post('/admin/versions/:version/restore', restoreVersion)
  pages.get('/admin/log', logPage)

  pages.get('/admin/people', peoplePage)
  pages.post('/admin/people', giveRole)
  pages.post('/admin/people/end', endRole)
  pages.get('/admin/jurisdictions/:jurisdiction/people', invitePage)
  pages.post('/admin/jurisdictions/:jurisdiction/people/check', checkPeople)
  pages.post('/admin/jurisdictions/:jurisdiction/people', sendInvitations)

  pages.route('/admin/jurisdictions/:jurisdiction/import', movingPages())

  pages.get('/admin/drafts', draftsPage)
  pages.post('/admin/drafts', startDraft)
  pages.get('/admin/drafts/:draft', draftPage)
  pages.post('/admin/drafts/:draft/rename', rename)
  pages.post('/admin/drafts/:draft/discard', discard)
  pages.post('/admin/drafts/:draft/restore', restoreInDraft)
  pages.get('/admin/drafts/:draft/plan', planPage)
  pages.post('/admin/drafts/:draft/rebase', rebase)
  pages.post('/admin/drafts/:draft/apply', applyDraft)
  pages.get('/admin/drafts/:draft/rehearsal', rehearsalPage)
  pages.post('/admin/drafts/:draft/rehearsal', rehearseDraft)
  pages.post('/admin/drafts/:draft/approve', approveDraft)
  pages.post('/admin/drafts/:draft/unschedule', unscheduleDraft)
  pages.get('/admin/drafts/:draft/progress', progressPage)
  pages.post('/admin/drafts/:draft/cancel', cancelDraft)

  pages.get('/admin/drafts/:draft/sandbox', sandboxPage)
  pages.post('/admin/drafts/:draft/sandbox', startSandbox)
  pages.post('/admin/drafts/:draft/sandbox/enter', enterSandbox)
  pages.post('/admin/drafts/:draft/sandbox/remove', removeSandboxPage)

  pages.get('/admin/drafts/:draft/region', regionProfilePage)
  pages.post('/admin/drafts/:draft/region', saveRegionProfile)

  pages.get('/admin/drafts/:draft/jurisdictions', jurisdictionsPage)
  pages.get('/admin/drafts/:draft/jurisdictions/new', newJurisdictionPage)
  pages.post('/admin/drafts/:draft/jurisdictions/new', addJurisdiction)
  pages.get('/admin/drafts/:draft/jurisdictions/:jurisdiction', checklistPage)
  pages.get('/admin/drafts/:draft/jurisdictions/:jurisdiction/profile', jurisdictionProfilePage)
  pages.post('/admin/drafts/:draft/jurisdictions/:jurisdiction/profile', saveJurisdictionProfile)
  pages.get('/admin/drafts/:draft/jurisdictions/:jurisdiction/hours', hoursPage)
  pages.post('/admin/drafts/:draft/jurisdictions/:jurisdiction/hours', saveHours)
  pages.get('/admin/drafts/:draft/jurisdictions/:jurisdiction/holidays', holidaysPage)
  pages.post('/admin/drafts/:draft/jurisdictions/:jurisdiction/holidays', saveHolidays)
  pages.post('/admin/drafts/:draft/jurisdictions/:jurisdiction/holidays/add', addHolidays)

  pages.route('/admin/drafts/:draft', boundaryPages())
  pages.route('/admin/drafts/:draft', hostPages())
  pages.route('/admin/drafts/:draft', servicePages())
  pages.route('/admin/drafts/:draft', agreementPages())
  pages.route('/admin/drafts/:draft', partnerPages())
  return pages
}
