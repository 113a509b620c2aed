import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { partnersPage } from './list-page.tsx'
import { addPartner, newPartnerPage, partnerPage, removePartnerPage, savePartner } from './partner-page.tsx'
import { sendTest, testPage } from './test-page.tsx'

/** Partners, within a draft. */
export function partnerPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.get('/partners', partnersPage)
  pages.get('/new-partner', newPartnerPage)
  pages.post('/new-partner', addPartner)
  pages.get('/partners/:partner', partnerPage)
  pages.post('/partners/:partner', savePartner)
  pages.post('/partners/:partner/remove', removePartnerPage)
  pages.get('/partners/:partner/test', testPage)
  pages.post('/partners/:partner/test', sendTest)
  return pages
}
