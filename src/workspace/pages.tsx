import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { auditPage } from './audit-page.tsx'
import { forwardIt, forwardPage } from './forward-page.tsx'
import { endGrant, grantsPage, withdrawPage } from './grants-page.tsx'
import { actOnHandoff, handoffActs, handoffPage } from './handoff-page.tsx'
import { handoffsPage } from './handoffs-page.tsx'
import { endKey, keysPage, revokePage } from './keys-page.tsx'
import { makeNewGrant, newGrantPage } from './new-grant.tsx'
import { makeKey, newKeyPage } from './new-key.tsx'
import { movePin, placePage } from './place.tsx'
import { queuePage } from './queue-page.tsx'
import { act, requestActs } from './request-acts.ts'
import { requestPage } from './request-page.tsx'
import { correctionsPage, reroutesPage } from './reroutes-page.tsx'

const MAX_FORM_BYTES = 64 * 1024

/** The pages of those who work here: everything they may do, by hand. Forms that work with no script. */
export function workspacePages(): Hono<Door> {
  const pages = new Hono<Door>()
  const small = bodyLimit({
    maxSize: MAX_FORM_BYTES,
    onError: () => {
      throw problem('too-large')
    },
  })

  pages.get('/work', queuePage)
  pages.get('/work/:jurisdiction/requests/:id', requestPage)
  for (const one of requestActs) {
    pages.post(`/work/:jurisdiction/requests/:id/${one.name}`, small, c => act(c, one))
  }
  pages.get('/work/:jurisdiction/requests/:id/place', placePage)
  pages.post('/work/:jurisdiction/requests/:id/place', small, movePin)
  pages.get('/work/:jurisdiction/requests/:id/forward', forwardPage)
  pages.post('/work/:jurisdiction/requests/:id/forward', small, forwardIt)

  pages.get('/work/:jurisdiction/handoffs', handoffsPage)
  pages.get('/work/:jurisdiction/handoffs/:id', handoffPage)
  for (const one of handoffActs) {
    pages.post(`/work/:jurisdiction/handoffs/:id/${one.name}`, small, c => actOnHandoff(c, one))
  }
  pages.get('/work/:jurisdiction/reroutes', reroutesPage)
  pages.get('/work/:jurisdiction/corrections', correctionsPage)

  pages.get('/work/:jurisdiction/grants', grantsPage)
  pages.get('/work/:jurisdiction/grants/new', newGrantPage)
  pages.post('/work/:jurisdiction/grants', small, makeNewGrant)
  pages.get('/work/:jurisdiction/grants/:id/withdraw', withdrawPage)
  pages.post('/work/:jurisdiction/grants/:id/withdraw', small, endGrant)

  pages.get('/work/:jurisdiction/keys', keysPage)
  pages.get('/work/:jurisdiction/keys/new', newKeyPage)
  pages.post('/work/:jurisdiction/keys', small, makeKey)
  pages.get('/work/:jurisdiction/keys/:id/revoke', revokePage)
  pages.post('/work/:jurisdiction/keys/:id/revoke', small, endKey)

  pages.get('/work/:jurisdiction/audit', auditPage)
  return pages
}
