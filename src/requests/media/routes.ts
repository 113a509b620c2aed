import { type Context, Hono } from 'hono'
import type { Access } from '../../core/access.ts'
import { openPublicTenant, openTenantReader } from '../../core/database/handles.ts'
import { asProblem, type ProblemSlug, problem } from '../../core/problem.ts'
import { residentAccess } from '../../identity/accounts.ts'
import { countRefused } from '../../identity/limits.ts'
import { bearerOf } from '../../identity/programs/bearer.ts'
import { programAccess } from '../../identity/programs/programs.ts'
import { signedInAs } from '../../identity/sessions/cookies.ts'
import { staffAccess } from '../../identity/staff/grants.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { readAnyPhoto, readPhoto } from './media.ts'
import type { CleanPhoto } from './photo.ts'

const extensions: ReadonlyMap<string, string> = new Map<CleanPhoto['type'], string>([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
])

/** Photos of private reports exist only for those who may see the report. */
export function mediaRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()

  routes.get('/media/:jurisdiction/:id', async c => {
    const { region } = c.get('site')
    const jurisdiction = region.jurisdiction(c.req.param('jurisdiction'))
    if (jurisdiction === undefined) throw problem('not-found')
    const db = openPublicTenant(c.get('platform'), region.slug, jurisdiction.slug)
    const open = await readPhoto(c.get('platform'), db, c.req.param('id'))
    const photo = open ?? (await photoFor(c, jurisdiction.slug, c.req.param('id')))
    const extension = extensions.get(photo?.type ?? '')
    if (photo === null || extension === undefined) {
      await photo?.stream.cancel()
      throw problem('not-found')
    }
    const isRead = c.req.method !== 'HEAD'
    if (!isRead) await photo.stream.cancel()
    return c.newResponse(isRead ? photo.stream : null, 200, {
      'content-type': photo.type,
      'content-length': String(photo.size),
      'cache-control': open === null ? 'private, no-store' : 'private, max-age=3600',
      'content-disposition': `inline; filename="photo.${extension}"`,
      'cross-origin-resource-policy': open === null ? 'same-origin' : 'cross-origin',
      // Opened on its own, the photo is a document: without an origin, scripts or subresources.
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
  })

  return routes
}

async function photoFor(c: Context<AppEnv>, slug: string, id: string) {
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

async function accessesOf(c: Context<AppEnv>, slug: string): Promise<Access[]> {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const credential = bearerOf(c)
  if (credential !== '') {
    const program = await programAccess(c, credential)
    if (program === undefined) await countRefused(c)
    return program?.jurisdiction === slug ? [program] : []
  }
  const staff = await signedInAs(c, 'staff')
  const account = await signedInAs(c, 'account')
  const atWork = staff && (await staffAccess(platform, region, slug, staff))
  const resident = account && residentAccess(account, platform.clock.now())
  return [atWork, resident].filter(access => access !== undefined)
}

const closed: readonly ProblemSlug[] = ['key-refused', 'sign-in-needed', 'other-sign-in-needed', 'not-found']

// Expired access looks like a missing photo; wrong keys count against the guessing limit.
async function refused(c: Context<AppEnv>, error: unknown): Promise<null> {
  const { slug } = asProblem(error)
  if (!closed.includes(slug)) throw error
  if (slug === 'key-refused') await countRefused(c)
  return null
}
