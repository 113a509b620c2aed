import { sql } from 'drizzle-orm'
import { openDirectory, type RegionDb, type RegionReader } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { signPayload } from '../../core/encryption/signing.ts'
import { isPublicHost } from '../../core/http/addresses.ts'
import type { Platform } from '../../platform/platform.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { takenHosts } from '../../regions/versions/claims.ts'
import type { Doing } from '../drafts/drafts.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { logStep } from '../log.ts'
import { type HostProofKind, hostProof } from '../region-schema.ts'
import { recordAt, textAt, textsAt } from '../shell/values.ts'

/* Host names of a draft, each proved to be the region's before the draft is applied. */

export const REGION = 'region.yaml'

export type HostProof = typeof hostProof.$inferSelect

export interface NamedHost {
  /** In lower case. */
  readonly host: string
  /** Whose own it is; undefined: the region's shared site. */
  readonly jurisdiction: string | undefined
}

export interface HostState extends NamedHost {
  /** `in-force`, `local` and `proved` need nothing more; `unprovable`: only the operator can confirm it. */
  readonly state: 'in-force' | 'local' | 'proved' | 'unproved' | 'unprovable'
  readonly proof: HostProof | undefined
}

export function hostsIn(region: DocumentValue | undefined): NamedHost[] {
  const own = Object.keys(recordAt(region, ['jurisdictionHosts']) ?? {})
  return [
    ...textsAt(region, ['hosts']).map(name => ({ host: name.toLowerCase(), jurisdiction: undefined })),
    ...own.map(name => ({
      host: name.toLowerCase(),
      jurisdiction: textAt(region, ['jurisdictionHosts', name]),
    })),
  ]
}

/** Those that the region's version in force serves. */
export function hostsInForce({ documents }: Region): ReadonlySet<string> {
  return new Set(hostsIn(documents.region).map(({ host }) => host))
}

/** Leads to the reader's own machine, whoever that is. */
export function isLocalHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host)
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`)
const MAX_NAME = 253

/** As it is stored: in lower case, other letters as DNS has them (RFC 5891). Undefined for what is no host name. */
export function readHostName(written: string): string | undefined {
  const text = written.trim().toLowerCase()
  const isOther =
    /^[^\s/\\?#@:[\]%]*[^\x20-\x7f][^\s/\\?#@:[\]%]*$/.test(text) && URL.canParse(`https://${text}`)
  const host = isOther ? new URL(`https://${text}`).hostname : text
  return host.length <= MAX_NAME && (NAME.test(host) || host === 'localhost') ? host : undefined
}

/** The other region that uses it. */
export async function otherRegionOf(
  platform: Platform,
  region: string,
  host: string,
): Promise<string | undefined> {
  return (await takenHosts(openDirectory(platform), region)).get(host)
}

export async function hostStates({ db, region, values }: DraftContext): Promise<HostState[]> {
  const proofs = new Map((await readProofs(db)).map(proof => [proof.host, proof]))
  const inForce = hostsInForce(region)
  return hostsIn(values.get(REGION)).map(named => {
    const { host } = named
    const proof = proofs.get(host)
    if (inForce.has(host)) return { ...named, proof, state: 'in-force' }
    if (isLocalHost(host)) return { ...named, proof, state: 'local' }
    if (proof !== undefined) return { ...named, proof, state: 'proved' }
    return { ...named, proof, state: isPublicHost(host) ? 'unproved' : 'unprovable' }
  })
}

export function isProved({ state }: HostState): boolean {
  return state !== 'unproved' && state !== 'unprovable'
}

export async function unprovedHosts(context: DraftContext): Promise<HostState[]> {
  return (await hostStates(context)).filter(state => !isProved(state))
}

export function readProofs(db: RegionReader): Promise<HostProof[]> {
  return db.select().from(hostProof)
}

const TOKEN_LENGTH = 32

/** What proves a host to be this region's. Always the same, and another one for another region. */
export async function proofToken(platform: Platform, region: string, host: string): Promise<string> {
  return shortSha256(await signPayload(platform, 'host-proof', [region, host])).slice(0, TOKEN_LENGTH)
}

export interface NewProof extends Doing {
  readonly host: string
  readonly kind: HostProofKind
  /** In which it was asked for. */
  readonly draft?: string
}

export async function saveProof(db: RegionDb, { host, kind, by, at, draft }: NewProof): Promise<void> {
  const action = kind === 'operator' ? 'host-confirmed' : 'host-proved'
  await db.commit([
    sql`INSERT INTO ${hostProof} (host, kind, "by", at) VALUES (${host}, ${kind}, ${by}, ${at})
      ON CONFLICT (host) DO UPDATE SET kind = excluded.kind, "by" = excluded."by", at = excluded.at`,
    logStep({ at, by, action, subject: host, ...(draft !== undefined && { draft }) }),
  ])
}
