import { eq, sql } from 'drizzle-orm'
import type { PlacesDb, PlacesReader, Step } from '../../core/database/handles.ts'
import type { DistrictFactsRow, GivenHolder } from '../import/rows/rows.ts'
import { district, districtHolder } from '../index/places-schema.ts'
import { type Holder, holdersAfter } from './holders.ts'

/** What is known of a district beside its outline. */
export interface DistrictFacts {
  readonly facts: Readonly<Record<string, string>>
  readonly days: string
  readonly week: 'A' | 'B' | ''
}

export interface KnownDistrict extends DistrictFacts {
  readonly ref: string
  readonly name: string
}

/** By their `ref`. */
export async function knownDistricts(
  db: PlacesReader,
  source: string,
): Promise<ReadonlyMap<string, KnownDistrict>> {
  const { ref, name, facts, days, week } = district
  const rows = await db
    .select({ ref, name, facts, days, week })
    .from(district)
    .where(eq(district.source, source))
  return new Map(rows.map(row => [row.ref, row]))
}

/** An empty value removes a fact; what the file has no column for stays. */
export function factsAfter(
  { facts, days, week }: Pick<DistrictFactsRow, 'facts' | 'days' | 'week'>,
  known: DistrictFacts | undefined,
): DistrictFacts {
  const all = Object.entries({ ...known?.facts, ...facts }).filter(([, value]) => value !== '')
  return {
    facts: Object.fromEntries(all),
    days: days?.join('') ?? known?.days ?? '',
    week: week ?? known?.week ?? '',
  }
}

/** Steps that make the stored holders those after the file, and the districts where that changes any. */
export async function holderChanges(
  db: PlacesDb,
  source: string,
  given: ReadonlyMap<string, readonly GivenHolder[]>,
  today: string,
): Promise<{ readonly steps: readonly Step[]; readonly districts: readonly string[] }> {
  const rows = await db.select().from(districtHolder).where(eq(districtHolder.source, source))
  const known = Map.groupBy(rows, row => row.district)
  const steps: Step[] = []
  const districts: string[] = []
  for (const [ref, holders] of given) {
    const before = (known.get(ref) ?? []).map(holderOf)
    const after = holdersAfter(before, holders, today)
    const isSame = JSON.stringify(after) === JSON.stringify(before.toSorted(byFirstDay))
    if (holders.length === 0 || isSame) continue
    districts.push(ref)
    steps.push(
      sql`DELETE FROM district_holder WHERE source = ${source} AND district = ${ref}`,
      ...after.map(holder => db.insert(districtHolder).values({ source, district: ref, ...holder })),
    )
  }
  return { steps, districts }
}

function holderOf({ name, phone, email, url, from, to }: typeof districtHolder.$inferSelect): Holder {
  return { name, phone, email, url, from, to }
}

function byFirstDay(a: Holder, b: Holder): number {
  return a.from < b.from ? -1 : 1
}
