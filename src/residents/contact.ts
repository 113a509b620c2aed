import { eq } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'
import type { Platform } from '../platform/platform.ts'
import { decryptPerson } from '../requests/case/person.ts'
import { person, request } from '../requests/schema.ts'

export interface PersonDetails {
  readonly person: string
  readonly account: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly shared: boolean
  readonly createdAt: number
  readonly erased: boolean
}

type Row = typeof person.$inferSelect

/** Undefined also for an anonymous request. */
export async function contactOf(
  platform: Platform,
  db: TenantReader,
  id: string,
): Promise<PersonDetails | undefined> {
  const [row] = await db
    .select({ person })
    .from(request)
    .innerJoin(person, eq(person.id, request.person))
    .where(eq(request.id, id))
  return row && readable(platform, db, row.person)
}

export async function personsOf(
  platform: Platform,
  db: TenantReader,
  account: string,
): Promise<PersonDetails[]> {
  const rows = await db.select().from(person).where(eq(person.account, account)).orderBy(person.createdAt)
  return Promise.all(rows.map(row => readable(platform, db, row)))
}

async function readable(platform: Platform, db: TenantReader, row: Row): Promise<PersonDetails> {
  const { id, account, firstName, lastName, email, phone, shared, createdAt, erasedAt } = await decryptPerson(
    platform,
    db,
    row,
  )
  return {
    person: id,
    account,
    firstName,
    lastName,
    email,
    phone,
    shared,
    createdAt,
    erased: erasedAt !== null,
  }
}
