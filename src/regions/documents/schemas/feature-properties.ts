import * as v from 'valibot'
import { date, line, slug } from './values.ts'

// Unknown properties are dropped, not refused: GIS exports have many.
const nullable = <T extends v.GenericSchema>(schema: T) => v.optional(v.nullable(schema))
export const boundaryProperties = v.object({ from: nullable(date), to: nullable(date) })
/** `areas.geojson`: postal cities, partners' territories, areas that agreements name. */
export const areaProperties = v.object({
  id: slug,
  name: line,
  kind: v.picklist(['postal', 'territory', 'agreement'], 'use postal, territory or agreement'),
  partner: nullable(slug),
  from: nullable(date),
  to: nullable(date),
})
const addressRange = v.pipe(v.array(v.number()), v.length(2, 'use [first, last]'))
export const roadProperties = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, and . : - _')),
  name: line,
  class: v.picklist(['highway', 'arterial', 'local', 'path'], 'use highway, arterial, local or path'),
  owner: nullable(slug),
  left: nullable(slug),
  right: nullable(slug),
  lead: nullable(slug),
  /** House numbers along the drawn direction, by side. */
  numbersLeft: nullable(addressRange),
  numbersRight: nullable(addressRange),
  postalCity: nullable(line),
  /** The imported source that it came from; the next import of that source changes it. */
  source: nullable(line),
  from: nullable(date),
  to: nullable(date),
})
export const placeProperties = v.object({ name: line, kind: nullable(line), address: nullable(line) })
export const backdropProperties = v.object({
  kind: v.picklist(['water', 'park', 'wood', 'built', 'rail'], 'use water, park, wood, built or rail'),
  name: nullable(line),
})
