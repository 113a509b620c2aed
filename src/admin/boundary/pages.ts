import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { boundaryPage, boundaryShapes, saveBoundary } from './page.tsx'

/** Within a draft. */
export function boundaryPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  const own = '/jurisdictions/:jurisdiction/boundary'
  pages.get(own, boundaryPage)
  pages.post(own, saveBoundary)
  pages.get(`${own}/shapes`, boundaryShapes)
  return pages
}
