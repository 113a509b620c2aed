import { isRefusal, type Refusal } from '../../geography/refusal.ts'

export interface Feature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

export interface NamedFeatures {
  readonly name: string
  readonly features: readonly Feature[]
}

interface Fields {
  readonly nameField: string
  /** The property whose values tell bodies of one name apart. */
  readonly bodyField?: string | undefined
}

// Names of properties in the files that counties, states and census offices publish.
const STRONG =
  /geo_?id|^fips|(place|cousub|muni|mcd)_?(fp|fips|ns|ce)|gnis|^lad\d\dcd$|^(place|cousub|muni)code$/i
const WEAK =
  /(^|_)(muni?c?(ipality)?|mcd|town|township|city|village|place|jurisdiction|juris|body)_?(id|code|no|num|number)$/i
const WIDER = /county|cnty|state|^st_|_st(co)?$|region|district|zip|phone/i
const KIND =
  /\b(city|town|township|twp|village|borough|boro|county|parish|municipality|municipio|cdp|plantation|hamlet|district|unitary|commune|reservation|unincorporated)\b/i
const BOOKKEEPING =
  /^(objectid|fid|ogc_fid|gid|id|oid|globalid|uuid)|uid$|shape|geom|area|length|perim|acre|sq_?(mi|km)|^a(land|water)|intpt|^(lat|lon|x|y)|coord|date|creat|edit|modif|updat|last|user|author|by$|note|comment|remark|source|url|link|ordin|annex|version|^pop|colou?r|part|piece|ward|precinct|zip|phone/i
const LSAD: Readonly<Record<string, string>> = {
  '06': 'county',
  '15': 'parish',
  '21': 'borough',
  '25': 'city',
  '37': 'municipality',
  '39': 'plantation',
  '43': 'town',
  '44': 'township',
  '45': 'township',
  '47': 'village',
  '49': 'charter township',
  '57': 'CDP',
}

/**
 * Features of one name are the pieces of one body, unless their other properties say that they are several: a
 * city and the town around it. Those are named by their kind, or refused.
 */
export function bodiesOf(
  named: NamedFeatures,
  all: readonly Feature[],
  fields: Fields,
): readonly NamedFeatures[] | Refusal {
  const { name, features } = named
  const { nameField, bodyField } = fields
  if (features.length < 2) return [named]
  if (bodyField !== undefined)
    return bodyField === nameField ? [named] : split(named, value => value, bodyField)
  const differing = fieldsOf(features).filter(
    field => field !== nameField && valuesOf(features, field).size > 1,
  )
  const strong = differing.find(field => STRONG.test(field) && !WIDER.test(field))
  if (strong === undefined && shares(features, all, STRONG)) return [named]
  const kind = differing.find(field => features.every(feature => kindOf(feature, field) !== undefined))
  if (kind !== undefined) {
    const parts = split(named, (_, feature) => kindOf(feature, kind) ?? '', kind)
    const bodies = parts.map(part => bodiesOf({ ...part, name }, all, fields))
    return (
      bodies.find(isRefusal) ??
      (bodies.every(body => !isRefusal(body) && body.length === 1) ? parts : [named])
    )
  }
  if (strong === undefined && shares(features, all, WEAK)) return [named]
  const telling = strong ?? differing.find(field => WEAK.test(field) || isTelling(features, field))
  if (telling === undefined) return [named]
  const values = [...valuesOf(features, telling)]
  return {
    why: `${features.length} features have this name and different ${telling} (${values.slice(0, 4).join(', ')}${values.length > 4 ? ', …' : ''})`,
    repair: `If they are different bodies, import with --body-field ${telling}; if they are parts of one, with --body-field ${nameField}`,
  }
}

function split(
  { name, features }: NamedFeatures,
  by: (value: string, feature: Feature) => string,
  field: string,
): NamedFeatures[] {
  const groups = Map.groupBy(features, feature => by(textOf(feature.properties[field]), feature))
  if (groups.size === 1) return [{ name, features }]
  return [...groups].map(([value, members]) => ({ name: nameWith(name, value), features: members }))
}

// `Baldwin township` says it all; `Township` alone does not.
function nameWith(name: string, value: string): string {
  if (value === '') return name
  return value.toLowerCase().includes(name.toLowerCase()) ? value : `${name} (${value})`
}

function kindOf({ properties }: Feature, field: string): string | undefined {
  const value = textOf(properties[field])
  if (/lsad/i.test(field)) return LSAD[value] ?? (KIND.test(value) ? value : undefined)
  return KIND.test(value) && value.length <= 100 && !BOOKKEEPING.test(field) ? value : undefined
}

/** Whether one identifier, which other bodies of the file do not have, is on all of them. */
function shares(features: readonly Feature[], all: readonly Feature[], identifier: RegExp): boolean {
  return fieldsOf(features).some(field => {
    if (!identifier.test(field) || WIDER.test(field)) return false
    const [only] = valuesOf(features, field)
    const isOnAll = features.every(({ properties }) => textOf(properties[field]) === only)
    return only !== undefined && isOnAll && valuesOf(all, field).size > 1
  })
}

function isTelling(features: readonly Feature[], field: string): boolean {
  if (BOOKKEEPING.test(field)) return false
  return [...valuesOf(features, field)].every(
    value => /\p{L}/u.test(value) && !/^\{?[0-9a-f]{8}-|^\d{4}-\d\d-\d\d|^https?:/i.test(value),
  )
}

function fieldsOf(features: readonly Feature[]): string[] {
  return [...new Set(features.flatMap(({ properties }) => Object.keys(properties)))]
}

function valuesOf(features: readonly Feature[], field: string): Set<string> {
  return new Set(features.map(({ properties }) => textOf(properties[field])).filter(Boolean))
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).trim().replace(/\s+/g, ' ')
    : ''
}
