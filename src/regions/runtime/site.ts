import type { WorkAccess } from '../../core/access.ts'
import { apiFor, type Endpoint } from '../../core/http/api.ts'
import { type ProblemSlug, problem } from '../../core/problem.ts'
import type { Platform, RateLimitPolicy, RateLimitResult } from '../../platform/platform.ts'
import { isSandbox } from '../documents/sandbox.ts'
import type { Jurisdiction } from '../documents/snapshot.ts'
import type { Region } from './compile.ts'
import { currentHosts, currentRegion } from './current.ts'

/** The site of a request: a region's shared one, or one jurisdiction's own. */
export interface Site {
  readonly region: Region
  readonly jurisdiction: Jurisdiction | undefined
  /** Prefix of every link: empty by host name, `/r/<region>` or `/j/<jurisdiction>` by path. */
  readonly base: string
  readonly origin: string
}

const PREFIX = /^(?:\/r\/([a-z0-9-]+))?(?:\/j\/([a-z0-9-]+))?(?=\/|$)/

/** `/r/lake-county/j/westport/report` is `/report`, and so is `/report/`. */
export function pathInSite(pathname: string): string {
  return pathname.replace(PREFIX, '').replace(/(?<=.)\/$/, '') || '/'
}

/** By path where there is a prefix (`/r/<region>`, `/j/<jurisdiction>`), else by host. Throws `not-found` and `unknown-host`. */
export async function findSite(platform: Platform, url: URL): Promise<Site> {
  const [base = '', regionSlug, jurisdictionSlug] = PREFIX.exec(url.pathname) ?? []
  const { hosts, regions, isKept } = await currentHosts(platform)
  const named = hosts.get(url.hostname.toLowerCase()) ?? hosts.get('*')
  const slug = regionSlug ?? named?.region
  if (slug === undefined) throw problem('unknown-host')
  // Deleted, by another process too, while this one still has its configuration.
  if (isSandbox(slug) && !regions.has(slug) && !isKept) throw problem('not-found')
  const region = await currentRegion(platform, slug)
  const hostJurisdiction = regionSlug === undefined ? named?.jurisdiction : undefined
  const own = jurisdictionSlug ?? hostJurisdiction ?? undefined
  const jurisdiction = own === undefined ? undefined : region.jurisdiction(own)
  if (own !== undefined && jurisdiction === undefined) throw problem('unknown-jurisdiction')
  return { region, jurisdiction, base, origin: url.origin }
}

// Each is read and compiled.
const MAX_LISTED = 20

export interface ListedSite {
  readonly name: string
  readonly address: string
}

/**
 * The deployment's sites, for somebody at its own address (`PUBLIC_URL`) where no region is. Empty at any other
 * host: who points a name at this server learns nothing of its regions.
 */
export async function sitesListedAt(platform: Platform, url: URL): Promise<readonly ListedSite[]> {
  if (url.hostname !== new URL(platform.publicUrl).hostname) return []
  const { regions } = await currentHosts(platform)
  const listed = [...regions]
    .filter(slug => !isSandbox(slug))
    .sort()
    .slice(0, MAX_LISTED)
  const read = await Promise.allSettled(listed.map(slug => currentRegion(platform, slug)))
  return read
    .filter(region => region.status === 'fulfilled')
    .map(({ value }) => ({ name: value.documents.region.name, address: siteAddress(platform, value) }))
}

/** For links in emails: the first public host name, else a path on the deployment's address. */
export function siteAddress(platform: Platform, { slug, documents }: Region): string {
  const host = documents.region.hosts.find(name => name.includes('.') && /[a-z]/.test(name))
  return host === undefined ? `${platform.publicUrl}/r/${slug}` : hostAddress(platform, host)
}

/** A host of a region with the scheme and port of PUBLIC_URL. One that is only on this machine says nothing of other hosts. */
export function hostAddress({ publicUrl }: Pick<Platform, 'publicUrl'>, host: string): string {
  const { protocol, hostname, port } = new URL(publicUrl)
  const isElsewhere = isLocal(hostname) && !isLocal(host)
  return isElsewhere ? `https://${host}` : `${protocol}//${host}${port && `:${port}`}`
}

function isLocal(host: string): boolean {
  return /^(?:(?:.*\.)?localhost|127\..*|\[::1\])$/.test(host)
}

/** The context of every route (`c.get('site')`), set by the app's middleware. */
export interface AppEnv {
  Bindings: {
    /** The client's network (`networkOf`), for rate limits only: never logged or stored. */
    address: string | undefined
  }
  Variables: {
    platform: Platform
    site: Site
    language: string
    requestId: string
    counted?: readonly { readonly policy: RateLimitPolicy; readonly verdict: RateLimitResult }[]
    /** The program that made the request: `unknown` until its key or token is read. */
    program?: WorkAccess | 'unknown'
    problem?: ProblemSlug
    /** Permits the page's own scripts; pages only. */
    secureHeadersNonce?: string
  }
}

/** Implements described operations of the JSON API. */
export const implementApi = apiFor<AppEnv>()
export type ApiEndpoint = Endpoint<AppEnv>
