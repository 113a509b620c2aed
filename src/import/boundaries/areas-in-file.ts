import { withoutKind } from '../municipalities/match.ts'
import { slugOf } from './slug.ts'

/** One area of a boundary file, as a person tells it from the others. */
export interface NamedArea {
  readonly name: string
  readonly geometries: readonly unknown[]
}

/** The areas of a GeoJSON value by name: features of one name are one. Without names, they are numbered. */
export function areasInFile(geojson: unknown): readonly NamedArea[] {
  const features = featuresOf(geojson)
  const field = nameFieldOf(features)
  const groups = Map.groupBy(
    features,
    ({ properties }, i) => (field !== undefined && textOf(properties[field])) || String(i + 1),
  )
  return [...groups].map(([name, members]) => ({ name, geometries: members.map(({ geometry }) => geometry) }))
}

/** The one area that is meant by any of these names, or the only one of the file. */
export function areaCalled(areas: readonly NamedArea[], names: readonly string[]): NamedArea | undefined {
  const wanted = new Set(names.map(slugOf))
  const exact = areas.filter(({ name }) => wanted.has(slugOf(name)))
  if (exact.length === 1) return exact[0]
  const plain = new Set([...wanted].map(withoutKind))
  const alike = areas.filter(({ name }) => plain.has(withoutKind(slugOf(name))))
  return alike.length === 1 ? alike[0] : undefined
}

interface Read {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

function featuresOf(geojson: unknown): readonly Read[] {
  const file = recordOf(geojson)
  if (Array.isArray(file.features)) return file.features.map(read)
  return file.type === 'Feature'
    ? [read(file)]
    : 'coordinates' in file
      ? [{ properties: {}, geometry: file }]
      : []
}

function read(feature: unknown): Read {
  const { properties, geometry } = recordOf(feature)
  return { properties: recordOf(properties), geometry }
}

const OTHER = /id$|code|fips|geom|shape|date|user|edit|url|county|cnty|state|type|kind|status/i

/** The property that is most like a name: one with words, called so, and with the most different values. */
function nameFieldOf(features: readonly Read[]): string | undefined {
  const fields = [...new Set(features.flatMap(({ properties }) => Object.keys(properties)))]
  const rated = fields.map(field => {
    const values = features
      .map(({ properties }) => textOf(properties[field]))
      .filter(text => /\p{L}/u.test(text))
    const isName = /^name$/i.test(field)
      ? 3
      : /name|muni|town|city|label/i.test(field)
        ? 2
        : OTHER.test(field)
          ? 0
          : 1
    return { field, isName, filled: values.length, different: new Set(values).size }
  })
  const [best] = rated
    .filter(({ filled }) => filled * 2 > features.length)
    .toSorted((a, b) => b.isName - a.isName || b.different - a.different)
  return best?.field
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : ''
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
