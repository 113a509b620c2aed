import { Hono } from 'hono'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { saveOrStart } from './mapping-page.tsx'
import { cancel, goOn, pastImportPage, rejectsFile } from './progress-page.tsx'
import { upload, uploadPage } from './upload-page.tsx'

/** Under `/admin/jurisdictions/:jurisdiction/import`. */
export function movingPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.get('/', uploadPage)
  pages.post('/', upload)
  pages.get('/:import', pastImportPage)
  pages.post('/:import', saveOrStart)
  pages.get('/:import/rejects.csv', rejectsFile)
  pages.post('/:import/continue', goOn)
  pages.post('/:import/cancel', cancel)
  return pages
}
