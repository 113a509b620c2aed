import { type SQL, sql } from 'drizzle-orm'

/** What was done in a jurisdiction that is about none of its requests. Ids only: nobody's name or address. */
export type Act =
  | {
      readonly type: 'grant-made'
      readonly grant: string
      readonly staff: string
      readonly role: string
      /** Null: all. */
      readonly services: readonly string[] | null
    }
  | { readonly type: 'grant-ended'; readonly grant: string; readonly staff: string; readonly role: string }
  /** The operator was given a link that signs in as somebody who works there. */
  | { readonly type: 'link-given'; readonly staff: string }
  /** The operator ended all of somebody's sessions. */
  | { readonly type: 'sessions-ended'; readonly staff: string }
  | {
      readonly type: 'key-made'
      readonly key: string
      readonly kind: 'key' | 'client'
      readonly scope: string
    }
  | { readonly type: 'key-revoked'; readonly key: string }
  /** All that it keeps was written to files. */
  | { readonly type: 'exported' }
  /** A version of the region's configuration came into force. */
  | { readonly type: 'configured'; readonly version: number }

/**
 * The step that writes an act in the batch that does it; with `holds`, only where that is so. It stands in the log under no
 * request, so whoever follows the log for requests' sake passes over it.
 */
export function logAct(actor: string, at: number, { type, ...payload }: Act, holds: SQL = sql`true`): SQL {
  return sql`INSERT INTO event (request, type, actor, at, public, payload)
    SELECT '', ${type}, ${actor}, ${at}, 0, ${JSON.stringify(payload)} WHERE ${holds}`
}
