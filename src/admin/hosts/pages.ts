import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { addHost, checkOwnHost, jurisdictionHostsPage, removeHost } from './jurisdiction-page.tsx'
import { checkRegionHost, regionHostsPage } from './region-page.tsx'

/** Host names and their proof, within a draft. */
export function hostPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.get('/hosts', regionHostsPage)
  pages.post('/hosts/check', checkRegionHost)
  pages.get('/jurisdictions/:jurisdiction/hosts', jurisdictionHostsPage)
  pages.post('/jurisdictions/:jurisdiction/hosts', addHost)
  pages.post('/jurisdictions/:jurisdiction/hosts/remove', removeHost)
  pages.post('/jurisdictions/:jurisdiction/hosts/check', checkOwnHost)
  return pages
}
