/**
 * Who is asking, and with which grants. Every handle on a tenant's data is made from one of these, and only in
 * `db.ts`, so code without an access cannot reach a row.
 */
export type Access =
  /** Anyone at the front door of a region: may file reports there and read public fields. */
  | { readonly kind: 'public'; readonly region: string }
  /** The bearer of an API key of one jurisdiction. */
  | {
      readonly kind: 'key'
      readonly region: string
      readonly jurisdiction: string
      readonly keyId: string
      readonly scope: KeyScope
    }
  /** The platform itself: jobs, migrations, the command line of whoever holds the files. */
  | { readonly kind: 'system'; readonly reason: string }

/** `report`: file requests by GeoReport. `work`: also see and change the jurisdiction's requests. */
export type KeyScope = 'report' | 'work'

/** How the log names the actor: never a name or an address. */
export function actorOf(access: Access): string {
  if (access.kind === 'key') return `key:${access.keyId}`
  return access.kind === 'system' ? `system:${access.reason}` : 'public'
}
