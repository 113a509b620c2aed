import type { Place } from '../../core/geometry.ts'
import type { Platform } from '../../platform/platform.ts'
import { districtSetsOf, type OwnedDistrictSet } from '../../regions/documents/district-sets.ts'
import type { DistrictSet } from '../../regions/documents/schemas/districts.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import { withIndex } from '../find.ts'
import { type CollectionDay, nextCollections } from './collection.ts'
import { edgesOf } from './edges.ts'
import { factKind } from './fact-kind.ts'
import { type Holder, holderOn } from './holders.ts'
import { districtsNear, type NearDistrict } from './near.ts'

export interface DistrictInquiry {
  readonly place: Place
  /** Radius of the location error in meters. */
  readonly accuracy: number
  /** Milliseconds. */
  readonly at: number
  readonly language: string
}

/** The districts of one set that hold a place, or may hold it. */
export interface SetAt {
  readonly set: string
  readonly kind: DistrictSet['kind']
  readonly name: string
  /** The jurisdiction that maintains it; null: the region. */
  readonly owner: string | null
  readonly source: string | null
  readonly date: string | null
  /** False within the accuracy of a border, also of its owner: any of these, or none, may be the one. */
  readonly isCertain: boolean
  readonly districts: readonly DistrictAt[]
}

export interface DistrictAt {
  readonly id: string
  readonly name: string
  readonly facts: readonly Fact[]
  readonly office: string | null
  /** Null: the office is vacant. Absent: it is none, or nobody is known. */
  readonly holder?: Holder | null
  /** Who is known to come after, and when. */
  readonly next?: Holder
  readonly collection?: {
    /** 1 is Monday. */
    readonly weekdays: readonly number[]
    readonly everyOtherWeek: boolean
    readonly next: readonly CollectionDay[]
  }
}

export interface Fact {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly kind: 'text' | 'phone' | 'email' | 'url'
}

/** In meters. Two owners who draw the same border differ by as much. */
const BORDER = 1
const COLLECTIONS = 3

/** The sets in the order of the documents, in one round trip; none where nothing was imported. */
export async function districtsAt(
  platform: Platform,
  region: Region,
  inquiry: DistrictInquiry,
): Promise<readonly SetAt[]> {
  const sets = districtSetsOf(region.documents)
    .map(set => ({ ...set, isInOwner: isInOwner(region, set.owner?.slug, inquiry) }))
    .filter(set => set.isInOwner !== 'no')
  if (sets.length === 0) return []
  const meters = Math.max(inquiry.accuracy, BORDER)
  const rows = await withIndex(platform, region.slug, db => districtsNear(db, inquiry.place, meters), [])
  const bySet = Map.groupBy(rows, row => row.source)
  return sets.flatMap(set => {
    const near = (bySet.get(set.key) ?? []).flatMap(row => {
      const { isInside, meters: away } = edgesOf(row.polygons, inquiry.place)
      return isInside || away <= meters ? [{ row, isCertain: isInside && away > meters }] : []
    })
    if (near.length === 0) return []
    const isCertain = set.isInOwner === 'yes' && near.length === 1 && near.every(one => one.isCertain)
    const districts = near.map(({ row }) => districtAt(region, set, row, inquiry))
    return [{ ...aboutSet(region, set, inquiry.language), isCertain, districts }]
  })
}

/** A jurisdiction's own districts hold in its boundary only. */
function isInOwner(
  { routing: { atlas, areas } }: Region,
  owner: string | undefined,
  { place: { lat, long }, accuracy, at }: DistrictInquiry,
): 'yes' | 'maybe' | 'no' {
  if (owner === undefined) return 'yes'
  const held = atlas.areaSetsWithin(lat, long, Math.max(accuracy, BORDER)).map(indices =>
    indices.some(index => {
      const area = areas[index]
      return area?.kind === 'boundary' && area.body === owner && area.from <= at && at < area.to
    }),
  )
  if (!held.includes(true)) return 'no'
  return held.includes(false) ? 'maybe' : 'yes'
}

function aboutSet(region: Region, { key, set, owner }: OwnedDistrictSet, language: string) {
  return {
    set: key,
    kind: set.kind,
    name: localizedText(set.name, language, [region.language]),
    owner: owner?.slug ?? null,
    source: set.source ?? null,
    date: set.date ?? null,
  }
}

function districtAt(
  region: Region,
  { set, owner }: OwnedDistrictSet,
  row: NearDistrict,
  { at, language }: DistrictInquiry,
): DistrictAt {
  const inLanguage = (text: DistrictSet['label']) => localizedText(text, language, [region.language])
  const { facts, holders } = row
  const today = localDay(at, owner?.timezone ?? region.documents.region.timezone)
  const now = holderOn(holders, today)
  const next = holders.find(({ from, name }) => from > today && name !== '')
  const holder = now === undefined || now.name === '' ? null : now
  return {
    id: row.ref,
    name: set.label === undefined ? row.name : inLanguage(set.label).replaceAll('{name}', row.name),
    facts: Object.entries(facts).map(([id, value]) => {
      const own = set.facts && Object.hasOwn(set.facts, id) ? set.facts[id] : undefined
      return { id, label: own === undefined ? id : inLanguage(own), value, kind: factKind(value) }
    }),
    office: set.office === undefined ? null : inLanguage(set.office),
    ...(holders.length > 0 && { holder }),
    ...(next !== undefined && { next }),
    ...(row.days !== '' && { collection: collectionOf(set, owner, row, today) }),
  }
}

function collectionOf(
  { collection = {} }: DistrictSet,
  owner: OwnedDistrictSet['owner'],
  { days, week }: NearDistrict,
  today: string,
) {
  const weekdays = [...days].map(Number)
  const holidays = collection.holidays ?? owner?.holidays ?? []
  const { weekA, afterHoliday } = collection
  const next = nextCollections(
    {
      weekdays,
      week,
      weekA,
      afterHoliday,
      holidays: new Map(holidays.map(({ date, name }) => [date, name])),
    },
    today,
    COLLECTIONS,
  )
  return { weekdays, everyOtherWeek: week !== '', next }
}
