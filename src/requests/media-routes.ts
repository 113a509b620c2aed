import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { openRegion, openTenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { readPhoto, storePhoto } from './media.ts'
import { type CleanPhoto, MAX_PHOTO_BYTES } from './photo.ts'
import { readIdempotencyKey } from './read.ts'

/** The kinds that `cleanPhoto` makes: nothing else is ever served. */
const extensions: ReadonlyMap<string, string> = new Map<CleanPhoto['type'], string>([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
])

/** Photos: sent before the report that names them, served with a fixed type from a path of their own. */
export function mediaRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.post(
    '/api/v1/media',
    bodyLimit({
      maxSize: MAX_PHOTO_BYTES,
      onError: () => {
        throw problem('too-large', { detail: 'A photo may have up to 10 MB.' })
      },
    }),
    async c => {
      const { region } = c.get('site')
      const db = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
      const photo = await storePhoto(
        c.get('platform'),
        db,
        new Uint8Array(await c.req.arrayBuffer()),
        readIdempotencyKey(c),
      )
      return c.json(photo, 201)
    },
  )

  routes.get('/media/:jurisdiction/:id', async c => {
    const { region } = c.get('site')
    const jurisdiction = region.jurisdiction(c.req.param('jurisdiction'))
    if (jurisdiction === undefined) throw problem('not-found')
    const db = openTenantReader(
      c.get('platform'),
      { kind: 'public', region: region.slug },
      region.slug,
      jurisdiction.slug,
    )
    const photo = await readPhoto(c.get('platform'), db, c.req.param('id'))
    const extension = extensions.get(photo?.type ?? '')
    if (photo === null || extension === undefined) throw problem('not-found')
    return c.body(photo.bytes, 200, {
      'content-type': photo.type,
      'cache-control': 'private, max-age=3600',
      'content-disposition': `inline; filename="photo.${extension}"`,
      'cross-origin-resource-policy': 'cross-origin',
      // Opened by itself it is a document: of nobody, with nothing in it that runs or loads.
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
  })

  return routes
}
