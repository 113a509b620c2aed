import type { WorkAccess } from '../core/access.ts'
import { type ProblemSlug, problem } from '../core/problem.ts'
import type { Platform, Policy, Verdict } from '../platform/platform.ts'
import type { Region } from './compile.ts'
import { currentHosts, currentRegion } from './current.ts'
import type { Jurisdiction } from './snapshot.ts'

/** Whose door a request came to: a region's shared one, or one jurisdiction's own. */
export interface Site {
  readonly region: Region
  readonly jurisdiction: Jurisdiction | undefined
  /** What every link of the site begins with: empty by host name, `/r/<region>` or `/j/<jurisdiction>` by path. */
  readonly base: string
  readonly origin: string
}

const PREFIX = /^(?:\/r\/([a-z0-9-]+))?(?:\/j\/([a-z0-9-]+))?(?=\/|$)/

/** The path inside the site: `/r/lake-county/j/westport/report` is `/report`, and so is `/report/`. */
export function pathInSite(pathname: string): string {
  return pathname.replace(PREFIX, '').replace(/(?<=.)\/$/, '') || '/'
}

/** By path where it says so (`/r/<region>`, `/j/<jurisdiction>`), else by host name. Throws `not-found`. */
export async function findSite(platform: Platform, url: URL): Promise<Site> {
  const [base = '', regionSlug, jurisdictionSlug] = PREFIX.exec(url.pathname) ?? []
  const { hosts } = await currentHosts(platform)
  const named = hosts.get(url.hostname.toLowerCase()) ?? hosts.get('*')
  const slug = regionSlug ?? named?.region
  if (slug === undefined) throw problem('not-found', { detail: 'No site has this address.' })
  const region = await currentRegion(platform, slug)
  const hostJurisdiction = regionSlug === undefined ? named?.jurisdiction : undefined
  const own = jurisdictionSlug ?? hostJurisdiction ?? undefined
  const jurisdiction = own === undefined ? undefined : region.jurisdiction(own)
  if (own !== undefined && jurisdiction === undefined) throw problem('unknown-jurisdiction')
  return { region, jurisdiction, base, origin: url.origin }
}

/**
 * Where a region's shared site is reached from outside, for links in letters: its first host name that others know too,
 * else by path on the deployment's own address.
 */
export function siteAddress(platform: Platform, { slug, documents }: Region): string {
  const host = documents.region.hosts.find(name => name.includes('.') && /[a-z]/.test(name))
  return host === undefined ? `${platform.publicUrl}/r/${slug}` : `https://${host}`
}

/** What every route finds in its context (`c.get('site')`), put there by the front door. */
export interface Door {
  Bindings: {
    /** Whom the answer goes to, for counting only (`networkOf`): never logged, never kept. */
    address: string | undefined
  }
  Variables: {
    platform: Platform
    site: Site
    /** The reader's language, one of the region's. */
    language: string
    requestId: string
    /** How often the caller has been here, as it was counted for this request. */
    counted?: readonly { readonly policy: Policy; readonly verdict: Verdict }[]
    /** Whose key or token the request came with: `unknown` until it is read. */
    program?: WorkAccess | 'unknown'
    /** Why it was refused, for the log. */
    problem?: ProblemSlug
    /** Marks the scripts of this answer; only where pages are. */
    secureHeadersNonce?: string
  }
}
