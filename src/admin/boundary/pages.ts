import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { importPage, previewOrSave } from '../municipalities/import-page.tsx'
import { boundaryPage, boundaryShapes, saveBoundary } from './page.tsx'

/** Within a draft. */
export function boundaryPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  const own = '/jurisdictions/:jurisdiction/boundary'
  pages.get(own, boundaryPage)
  pages.post(own, saveBoundary)
  pages.get(`${own}/shapes`, boundaryShapes)
  pages.get('/municipalities/import', importPage)
  pages.post('/municipalities/import', previewOrSave)
  return pages
}
