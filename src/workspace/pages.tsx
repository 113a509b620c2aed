import { Hono } from 'hono'
import type { AppEnv } from '../regions/runtime/site.ts'
import { auditPage } from './access/audit-page.tsx'
import { endGrant, grantsPage, withdrawPage } from './access/grants-page.tsx'
import { endKey, keysPage, revokePage } from './access/keys-page.tsx'
import { makeNewGrant, newGrantPage } from './access/new-grant.tsx'
import { makeKey, newKeyPage } from './access/new-key.tsx'
import { handoffsPage } from './handoffs/list-page.tsx'
import { actOnHandoff, handoffActions, handoffPage } from './handoffs/page.tsx'
import { actOnRequest, requestActions } from './requests/change.ts'
import { duplicatePage } from './requests/duplicate-page.tsx'
import { forwardIt, forwardPage } from './requests/forward-page.tsx'
import { movePin, placePage } from './requests/place.tsx'
import { queuePage } from './requests/queue/queue-page.tsx'
import { correctionsPage, reroutesPage } from './requests/queue/reroutes-page.tsx'
import { searchRequests } from './requests/queue/search.tsx'
import { requestPage } from './requests/request-page.tsx'

export function workspacePages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()

  pages.get('/work', queuePage)
  pages.post('/work/search', searchRequests)
  pages.get('/work/:jurisdiction/requests/:id', requestPage)
  for (const one of requestActions) {
    pages.post(`/work/:jurisdiction/requests/:id/${one.name}`, c => actOnRequest(c, one))
  }
  pages.get('/work/:jurisdiction/requests/:id/duplicate', duplicatePage)
  pages.get('/work/:jurisdiction/requests/:id/place', placePage)
  pages.post('/work/:jurisdiction/requests/:id/place', movePin)
  pages.get('/work/:jurisdiction/requests/:id/forward', forwardPage)
  pages.post('/work/:jurisdiction/requests/:id/forward', forwardIt)

  pages.get('/work/:jurisdiction/handoffs', handoffsPage)
  pages.get('/work/:jurisdiction/handoffs/:id', handoffPage)
  for (const one of handoffActions) {
    pages.post(`/work/:jurisdiction/handoffs/:id/${one.name}`, c => actOnHandoff(c, one))
  }
  pages.get('/work/:jurisdiction/reroutes', reroutesPage)
  pages.get('/work/:jurisdiction/corrections', correctionsPage)

  pages.get('/work/:jurisdiction/grants', grantsPage)
  pages.get('/work/:jurisdiction/grants/new', newGrantPage)
  pages.post('/work/:jurisdiction/grants', makeNewGrant)
  pages.get('/work/:jurisdiction/grants/:id/withdraw', withdrawPage)
  pages.post('/work/:jurisdiction/grants/:id/withdraw', endGrant)

  pages.get('/work/:jurisdiction/keys', keysPage)
  pages.get('/work/:jurisdiction/keys/new', newKeyPage)
  pages.post('/work/:jurisdiction/keys', makeKey)
  pages.get('/work/:jurisdiction/keys/:id/revoke', revokePage)
  pages.post('/work/:jurisdiction/keys/:id/revoke', endKey)

  pages.get('/work/:jurisdiction/audit', auditPage)
  return pages
}
