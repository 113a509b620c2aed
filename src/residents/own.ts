import { and, desc, eq } from 'drizzle-orm'
import type { Access } from '../core/access.ts'
import { openTenantReader, type TenantReader } from '../core/database/handles.ts'
import { asProblem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { person, request, type Status } from '../requests/schema.ts'

/** Apart from ownership, nothing here is hidden from anyone with the number. */
export interface OwnCase {
  readonly id: string
  readonly jurisdiction: string
  readonly serviceCode: string
  readonly serviceName: string
  readonly status: Status
  readonly agencyResponsible: string
  readonly private: boolean
  readonly requestedAt: number
  readonly updatedAt: number
}

export async function ownCases(
  db: TenantReader,
  account: string,
  { limit, onlyPublic = false }: { readonly limit: number; readonly onlyPublic?: boolean },
): Promise<OwnCase[]> {
  const rows = await db
    .select({
      id: request.id,
      serviceCode: request.serviceCode,
      serviceName: request.serviceName,
      status: request.caseStatus,
      agencyResponsible: request.agencyResponsible,
      private: request.private,
      requestedAt: request.requestedAt,
      updatedAt: request.updatedAt,
    })
    .from(person)
    .innerJoin(request, eq(request.person, person.id))
    .where(and(eq(person.account, account), onlyPublic ? eq(request.private, false) : undefined))
    .orderBy(desc(request.requestedAt), desc(request.seq))
    .limit(limit)
  return rows.map(row => ({ ...row, jurisdiction: db.slug }))
}

export interface OwnRecords<T> {
  readonly found: readonly T[]
  readonly unavailable: readonly string[]
}

/** Lists jurisdictions whose database is unavailable, and returns the others. */
export async function readOwnRecords<T>(
  platform: Platform,
  access: Access,
  region: string,
  slugs: readonly string[],
  ask: (db: TenantReader) => Promise<T>,
): Promise<OwnRecords<T>> {
  const unavailable: string[] = []
  const found = await Promise.all(
    slugs.map(async slug => {
      try {
        return [await ask(openTenantReader(platform, access, region, slug))]
      } catch (error) {
        if (asProblem(error).slug !== 'database-unavailable') throw error
        unavailable.push(slug)
        return []
      }
    }),
  )
  return { found: found.flat(), unavailable }
}

export async function isOwn(db: TenantReader, account: string, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: request.id })
    .from(request)
    .innerJoin(person, eq(person.id, request.person))
    .where(and(eq(request.id, id), eq(person.account, account)))
  return rows.length > 0
}
