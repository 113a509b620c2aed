import * as v from 'valibot'
import { date, describe, holiday, line, localized, slug } from './values.ts'

const collection = v.strictObject({
  weekA: describe(
    v.optional(date),
    'Any day of a week A, for districts that are collected every other week. Weeks begin on Monday.',
  ),
  afterHoliday: describe(
    v.optional(v.picklist(['next-day', 'rest-of-week'], 'use next-day or rest-of-week')),
    'What a holiday moves: its own collection to the next day, or that and all later ones of the week by a day. Default: nothing.',
  ),
  holidays: describe(
    v.optional(v.array(holiday)),
    'Holidays without collection. Default: the holidays of the jurisdiction.',
  ),
})

export const districtSet = v.strictObject({
  id: describe(
    slug,
    'Never changes: what is imported is found by it. Such as council-districts or trash-days.',
  ),
  name: describe(localized, 'Of the whole set, such as "City council".'),
  kind: v.picklist(
    ['representation', 'collection', 'safety', 'other'],
    'use representation, collection, safety or other',
  ),
  label: describe(
    v.optional(localized),
    'What one district is called, where files have only its number: "District {name}". Default: its name.',
  ),
  office: describe(v.optional(localized), 'What its holder is called, such as "Council member".'),
  facts: describe(
    v.optional(v.record(line, localized)),
    'Names of imported facts, and what residents read instead of them.',
  ),
  collection: v.optional(collection),
  source: describe(v.optional(line), 'Who draws the districts, such as "Clerk of the Board".'),
  date: describe(v.optional(date), 'The day since which they are drawn like this.'),
})

/** `districts.yaml`, of a region or of a jurisdiction: which districts there are. Their outlines and facts are imported. */
export const districtsDocument = v.strictObject({ districts: v.array(districtSet) })

export type DistrictSet = v.InferOutput<typeof districtSet>
