import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Access } from '../core/access.ts'
import { openRegion, openTenantReader } from '../core/db.ts'
import { asProblem, problem } from '../core/problem.ts'
import { residentAccess } from '../people/accounts.ts'
import { bearerOf } from '../people/bearer.ts'
import { signedInAs } from '../people/cookies.ts'
import { staffAccess } from '../people/grants.ts'
import { noteRefused } from '../people/limits.ts'
import { programAccess } from '../people/programs.ts'
import type { Door } from '../regions/site.ts'
import { readAnyPhoto, readPhoto, storePhoto } from './media.ts'
import { type CleanPhoto, MAX_PHOTO_BYTES } from './photo.ts'
import { readIdempotencyKey } from './read.ts'

/** The kinds that `cleanPhoto` makes: nothing else is ever served. */
const extensions: ReadonlyMap<string, string> = new Map<CleanPhoto['type'], string>([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
])

/**
 * Photos: sent before the report that names them, served with a fixed type from a path of their own. One of a private
 * report is there for those only who may see the report.
 */
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
    const everybody = { kind: 'public', region: region.slug } as const
    const db = openTenantReader(c.get('platform'), everybody, region.slug, jurisdiction.slug)
    const open = await readPhoto(c.get('platform'), db, c.req.param('id'))
    const photo = open ?? (await photoFor(c, jurisdiction.slug, c.req.param('id')))
    const extension = extensions.get(photo?.type ?? '')
    if (photo === null || extension === undefined) throw problem('not-found')
    return c.body(photo.bytes, 200, {
      'content-type': photo.type,
      'cache-control': open === null ? 'private, no-store' : 'private, max-age=3600',
      'content-disposition': `inline; filename="photo.${extension}"`,
      'cross-origin-resource-policy': open === null ? 'same-origin' : 'cross-origin',
      // Opened by itself it is a document: of nobody, with nothing in it that runs or loads.
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
  })

  return routes
}

/** One that is not everybody's. Null for whoever may not see it, as for what is not there. */
async function photoFor(c: Context<Door>, slug: string, id: string) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  for (const access of await accessesOf(c, slug)) {
    const db = openTenantReader(platform, access, region.slug, slug)
    const photo = await readAnyPhoto(platform, db, id, c.req.query('handoff')).catch(error =>
      refused(c, error),
    )
    if (photo !== null) return photo
  }
  return null
}

/** Who the caller is to a jurisdiction: its program, or a person who works there, has reported there, or both. */
async function accessesOf(c: Context<Door>, slug: string): Promise<Access[]> {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const credential = bearerOf(c)
  if (credential !== '') {
    const program = await programAccess(c, credential)
    if (program === undefined) await noteRefused(c)
    return program?.jurisdiction === slug ? [program] : []
  }
  const staff = await signedInAs(c, 'staff')
  const account = await signedInAs(c, 'account')
  const atWork = staff && (await staffAccess(platform, region.slug, slug, staff))
  const resident = account && residentAccess(account, platform.clock.now())
  return [atWork, resident].filter(access => access !== undefined)
}

/** What has ended opens nothing, and is told nothing else; a key that was guessed counts here too. */
async function refused(c: Context<Door>, error: unknown): Promise<null> {
  const { slug } = asProblem(error)
  if (slug !== 'key-refused' && slug !== 'sign-in-needed' && slug !== 'not-found') throw error
  if (slug === 'key-refused') await noteRefused(c)
  return null
}
