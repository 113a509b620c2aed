import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Mapping } from '../import/columns/mapping.ts'
import type { RoadClass } from '../import/rows/rows.ts'

// A region's addresses, streets, common places and districts: public, and made again from their files. Full-text and spatial
// indexes follow the tables by triggers (migrations/places).

export const placeSource = sqliteTable('place_source', {
  /** What its owner calls it; the next import of this name replaces it. */
  name: text('name').primaryKey(),
  kind: text('kind', {
    enum: ['addresses', 'streets', 'common-places', 'districts', 'district-facts'],
  }).notNull(),
  file: text('file').notNull(),
  /** In bytes. With the file's name, it tells whether an interrupted import goes on. */
  size: integer('size').notNull(),
  mapping: text('mapping', { mode: 'json' }).$type<Mapping>().notNull(),
  /** Milliseconds: when its newest import began, which its rows carry. */
  startedAt: integer('started_at').notNull(),
  /** Null while it is being imported, or was interrupted. */
  finishedAt: integer('finished_at'),
  /** Records of the file that are in the index. */
  records: integer('records').notNull(),
  rejected: integer('rejected').notNull().default(0),
})

/** A street by its name in one city; of all sources. */
export const street = sqliteTable(
  'street',
  {
    id: integer('id').primaryKey(),
    /** `streetKey`: "n 5 st" */
    key: text('key').notNull(),
    /** Of the key, without directions and type: "5". */
    nameKey: text('name_key').notNull(),
    /** What people may type for it: the key, and its abbreviations as whole words. */
    words: text('words').notNull(),
    /** Of the name, sorted: two of them swapped are the same. */
    letters: text('letters').notNull(),
    name: text('name').notNull(),
    cityKey: text('city_key').notNull(),
    city: text('city').notNull(),
    state: text('state').notNull(),
    /** The middle of its longest segment, or of its addresses, and how far all are apart in degrees; null until an import has ended. */
    lat: real('lat'),
    long: real('long'),
    spread: real('spread'),
  },
  table => [
    uniqueIndex('street_of').on(table.key, table.cityKey),
    index('street_name').on(table.nameKey),
    index('street_letters_of').on(table.letters),
  ],
)

const imported = {
  source: text('source').notNull(),
  /** Starts of imports: the first that had the row, the last that changed it, the newest that had it. */
  addedAt: integer('added_at').notNull(),
  changedAt: integer('changed_at').notNull(),
  seenAt: integer('seen_at').notNull(),
}

export const address = sqliteTable(
  'address',
  {
    id: integer('id').primaryKey(),
    street: integer('street').notNull(),
    /** Its number alone, by which it is found: 2230 of "2230A". */
    number: integer('number').notNull(),
    /** With its suffix, as it is written. */
    numberText: text('number_text').notNull(),
    /** Of an apartment or a lot; '' for the house. */
    unit: text('unit').notNull(),
    postcode: text('postcode').notNull(),
    lat: real('lat').notNull(),
    long: real('long').notNull(),
    ...imported,
  },
  table => [
    uniqueIndex('address_of').on(table.source, table.street, table.numberText, table.unit),
    index('address_number').on(table.street, table.number),
  ],
)

/** A piece of a street's center line, with the house numbers beside it. */
export const streetSegment = sqliteTable(
  'street_segment',
  {
    id: integer('id').primaryKey(),
    street: integer('street').notNull(),
    ref: text('ref').notNull(),
    /** JSON: [long, lat][] */
    line: text('line').notNull(),
    leftFrom: integer('left_from'),
    leftTo: integer('left_to'),
    rightFrom: integer('right_from'),
    rightTo: integer('right_to'),
    class: text('class').$type<RoadClass>().notNull().default('local'),
    west: real('west').notNull(),
    south: real('south').notNull(),
    east: real('east').notNull(),
    north: real('north').notNull(),
    ...imported,
  },
  table => [
    uniqueIndex('street_segment_of').on(table.source, table.ref),
    index('street_segment_street').on(table.street),
    index('street_segment_class').on(table.class),
  ],
)

export const commonPlace = sqliteTable(
  'common_place',
  {
    id: integer('id').primaryKey(),
    ref: text('ref').notNull(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    address: text('address').notNull(),
    lat: real('lat').notNull(),
    long: real('long').notNull(),
    ...imported,
  },
  table => [uniqueIndex('common_place_of').on(table.source, table.ref)],
)

/** A polygon of a set of districts, whose key in the documents is the source. */
export const district = sqliteTable(
  'district',
  {
    id: integer('id').primaryKey(),
    ref: text('ref').notNull(),
    name: text('name').notNull(),
    /** JSON: rings of [long, lat] in polygons */
    polygons: text('polygons').notNull(),
    west: real('west').notNull(),
    south: real('south').notNull(),
    east: real('east').notNull(),
    north: real('north').notNull(),
    /** By name. */
    facts: text('facts', { mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
    /** Weekdays of collection as digits, 1 is Monday: "25". */
    days: text('days').notNull(),
    week: text('week', { enum: ['A', 'B', ''] }).notNull(),
    ...imported,
  },
  table => [uniqueIndex('district_of').on(table.source, table.ref)],
)

/** Who holds the office of a district, from one day to another, half-open. Nobody is a vacancy. */
export const districtHolder = sqliteTable(
  'district_holder',
  {
    source: text('source').notNull(),
    /** The district's `ref`. */
    district: text('district').notNull(),
    /** YYYY-MM-DD; '' since always. */
    from: text('from_day').notNull(),
    to: text('to_day'),
    name: text('name').notNull(),
    phone: text('phone').notNull(),
    email: text('email').notNull(),
    url: text('url').notNull(),
  },
  table => [primaryKey({ columns: [table.source, table.district, table.from] })],
)
