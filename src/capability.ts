import type { Hono } from 'hono'
import type { AuditActionType } from './core/audit-actions.ts'
import { type CleanUp, cleanUpJob } from './core/database/clean-up.ts'
import { type DatabaseGauge, jobGauges } from './core/database/gauges.ts'
import type { TenantDb, TenantReader } from './core/database/handles.ts'
import type { JobHandler } from './core/database/jobs.ts'
import { type EncryptedTable, reencryptJob } from './core/encryption/reencrypt.ts'
import type { MessageKey } from './core/i18n.ts'
import type { RouteLimit } from './identity/limits.ts'
import type { EmailLink } from './notify/emails.ts'
import type { Platform } from './platform/platform.ts'
import type { ApiEndpoint, AppEnv, Site } from './regions/runtime/site.ts'
import type { EndOnClosing } from './requests/change.ts'
import type { EraseContacts } from './requests/erase.ts'
import { type AnyEventType, EventTypes } from './requests/event-types.ts'
import type { Included } from './requests/list/include.ts'

/** What a folder of `src/` adds to the app: its only export that `app.ts` reads. */
export interface Capability {
  readonly name: string
  /** The JSON API, under `/api/v1`. */
  readonly api?: readonly ApiEndpoint[]
  /** Pages and other protocols. */
  readonly routes?: readonly MountedRoutes[]
  readonly jobs?: (registry: Registry) => readonly JobHandler[]
  /** What it writes into a request's log. */
  readonly events?: readonly AnyEventType[]
  /** What it writes into a jurisdiction's log about no request. */
  readonly auditActions?: readonly AuditActionType[]
  readonly emailLinks?: readonly EmailLink[]
  readonly encryptedTables?: {
    readonly region?: readonly EncryptedTable[]
    readonly tenant?: readonly EncryptedTable[]
  }
  /** Tables of a jurisdiction's database that leave with it (docs/leaving.md). */
  readonly exportedTables?: readonly string[]
  /** Tables that stay: secrets, and what means nothing elsewhere. */
  readonly unexportedTables?: readonly string[]
  /** Deletes what is about the people whose contact details are erased, in that transaction. */
  readonly eraseContacts?: EraseContacts
  /** Deletes an email address that its owner asked to erase. */
  readonly eraseEmail?: (platform: Platform, db: TenantDb, email: string) => Promise<void>
  /** Members of one jurisdiction's part of a resident's download. */
  readonly download?: (db: TenantReader, downloaded: DownloadScope) => Promise<object>
  readonly cleanUp?: (registry: Registry) => CleanUp
  /** What operators watch of its tables (docs/operate.md). */
  readonly gauges?: readonly DatabaseGauge[]
  readonly limits?: readonly RouteLimit[]
  /** What it adds to a request in the JSON API. */
  readonly includedInRequest?: readonly Included[]
  /** What ends when a request is closed, in that transaction. */
  readonly onClosing?: EndOnClosing
}

export interface MountedRoutes {
  readonly at: '/' | '/open311'
  readonly app: () => Hono<AppEnv>
}

export interface DownloadScope {
  readonly platform: Platform
  readonly site: Site
  readonly account: string
}

/** What all capabilities declare together. */
export interface Registry {
  readonly eventTypes: EventTypes
  readonly api: readonly ApiEndpoint[]
  readonly emailLinks: readonly EmailLink[]
  readonly encryptedTables: Readonly<Record<'region' | 'tenant', readonly EncryptedTable[]>>
  readonly exportedTables: readonly string[]
  readonly unexportedTables: readonly string[]
  readonly eraseContacts: EraseContacts
  readonly eraseEmail: NonNullable<Capability['eraseEmail']>
  readonly download: NonNullable<Capability['download']>
  readonly gauges: readonly DatabaseGauge[]
  readonly limits: readonly RouteLimit[]
  readonly includedInRequest: readonly Included[]
  readonly onClosing: EndOnClosing
  auditText(type: string): MessageKey | undefined
}

declare module 'hono' {
  interface ContextVariableMap {
    registry: Registry
  }
}

/** Throws for a name, route, event or audit action that two capabilities declare. */
export function registryOf(capabilities: readonly Capability[]): Registry {
  const all = <Item>(list: (capability: Capability) => readonly Item[] | undefined) =>
    capabilities.flatMap(capability => list(capability) ?? [])
  const events = all(({ events }) => events)
  const auditActions = all(({ auditActions }) => auditActions)
  refuseTwice(capabilities.map(({ name }) => name))
  refuseTwice([...events, ...auditActions].map(({ type }) => type))
  refuseTwice(all(({ api }) => api).map(({ route }) => route))
  const eventTypes = new EventTypes(events)
  const actionTexts = new Map(auditActions.map(({ type, auditText }) => [type, auditText]))
  const downloads = all(({ download }) => download && [download])
  return {
    eventTypes,
    api: all(({ api }) => api),
    emailLinks: all(({ emailLinks }) => emailLinks),
    encryptedTables: {
      region: all(({ encryptedTables }) => encryptedTables?.region),
      tenant: all(({ encryptedTables }) => encryptedTables?.tenant),
    },
    exportedTables: all(({ exportedTables }) => exportedTables),
    unexportedTables: all(({ unexportedTables }) => unexportedTables),
    eraseContacts: erased => all(({ eraseContacts }) => eraseContacts?.(erased)),
    async eraseEmail(platform, db, email) {
      for (const { eraseEmail } of capabilities) await eraseEmail?.(platform, db, email)
    },
    async download(db, scope) {
      return Object.assign({}, ...(await Promise.all(downloads.map(part => part(db, scope))))) as object
    },
    gauges: [...jobGauges, ...all(({ gauges }) => gauges)],
    limits: all(({ limits }) => limits),
    includedInRequest: all(({ includedInRequest }) => includedInRequest),
    onClosing: (request, actor, at) => all(({ onClosing }) => onClosing?.(request, actor, at)),
    auditText: type => eventTypes.auditText(type) ?? actionTexts.get(type),
  }
}

/** The jobs of all capabilities, and those that run over the tables of all. */
export function jobHandlersOf(
  capabilities: readonly Capability[],
  registry: Registry,
): readonly JobHandler[] {
  const cleanUps = capabilities.flatMap(({ cleanUp }) => cleanUp?.(registry) ?? [])
  return [
    ...capabilities.flatMap(({ jobs }) => jobs?.(registry) ?? []),
    cleanUpJob(cleanUps),
    reencryptJob(registry.encryptedTables),
  ]
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`two capabilities declare ${twice}`)
}
