import { zipSync } from 'fflate'
import { exportRegion } from '../../regions/documents/export.ts'
import { listVersions } from '../../regions/versions/history.ts'
import { type AdminPageContext, authorizeAdmin } from '../shell/context.ts'
import { documentsOf, versionNamed } from './version-page.tsx'

/**
 * A version's documents as a zip of the region's folder: unpacked into a folder of tenants, they are what `countyline
 * plan` and `apply` read.
 */
export async function downloadVersion(c: AdminPageContext): Promise<Response> {
  const context = await authorizeAdmin(c)
  const { platform, region } = context
  const { version } = versionNamed(await listVersions(platform, region.slug), c.req.param('version'))
  const files = [...exportRegion(await documentsOf(context, version))].map(
    ([file, text]) => [`${region.slug}/${file}`, new TextEncoder().encode(text)] as const,
  )
  // The same bytes each time.
  const zip = zipSync(Object.fromEntries(files), { mtime: FIRST_ZIP_DAY })
  return c.body(new Uint8Array(zip), 200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${region.slug}-${version}.zip"`,
    'cache-control': 'no-store',
  })
}

const FIRST_ZIP_DAY = '1980-01-02T00:00:00'
