import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import {
  addAgreement,
  agreementPage,
  endAgreement,
  newAgreementPage,
  removeAgreement,
  saveAgreement,
} from './agreement-page.tsx'
import { confirm } from './confirm-page.tsx'
import { agreementsPage } from './list-page.tsx'

/** Agreements, within a draft. */
export function agreementPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.get('/agreements', agreementsPage)
  pages.get('/new-agreement', newAgreementPage)
  pages.post('/new-agreement', addAgreement)
  pages.get('/agreements/:agreement', agreementPage)
  pages.post('/agreements/:agreement', saveAgreement)
  pages.post('/agreements/:agreement/end', endAgreement)
  pages.post('/agreements/:agreement/remove', removeAgreement)
  pages.post('/agreements/:agreement/confirm', confirm)
  return pages
}
