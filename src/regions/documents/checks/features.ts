import type { DocumentPath } from '../issue.ts'
import type { Documents } from '../snapshot.ts'
import { type Dated, type Issues, reporterOf, shareDays } from './issues.ts'
import type { KnownNames } from './known-names.ts'

export function* checkFeatures({ areas, roads, jurisdictions }: Documents, known: KnownNames): Issues {
  for (const [index, { properties }] of areas.entries())
    yield* checkArea(properties, propertiesAt(index), known)
  for (const [index, { properties }] of roads.entries())
    yield* checkRoad(properties, propertiesAt(index), known)
  yield* checkPeriods(
    'areas.geojson',
    areas.map(({ properties }) => properties),
  )
  yield* checkPeriods(
    'roads.geojson',
    roads.map(({ properties }) => properties),
  )
  for (const { slug, kind, boundary } of jurisdictions) {
    const file = `${slug}/boundary.geojson`
    if (boundary.length === 0 && kind !== 'agency') {
      const report = reporterOf(`${slug}/jurisdiction.yaml`)
      yield report.warning([], 'There is no boundary, so no location routes to it', `Add ${file}`)
    }
    yield* checkPeriods(
      file,
      boundary.map(({ properties }) => ({ ...properties, id: slug })),
    )
  }
}

function propertiesAt(index: number): DocumentPath {
  return ['features', index, 'properties']
}

function* checkArea(
  area: Documents['areas'][number]['properties'],
  path: DocumentPath,
  known: KnownNames,
): Issues {
  const report = reporterOf('areas.geojson')
  const { kind, partner } = area
  if (partner && !known.bodies.has(partner)) {
    yield report.unknown([...path, 'partner'], 'partner', partner, known.bodies)
  }
  if (kind === 'territory' && !partner) {
    yield report.error(path, 'The territory has no partner', 'Add its partner in "partner"')
  }
  if (kind !== 'territory' && partner) {
    const repair = 'Remove it, or change the kind to territory'
    yield report.warning([...path, 'partner'], `A ${kind} area cannot have a partner`, repair)
  }
}

function* checkRoad(
  road: Documents['roads'][number]['properties'],
  path: DocumentPath,
  known: KnownNames,
): Issues {
  const report = reporterOf('roads.geojson')
  const { id, owner, left, right, lead, numbersLeft, numbersRight } = road
  for (const [key, body] of Object.entries({ owner, left, right, lead })) {
    if (body && !known.bodies.has(body)) {
      yield report.unknown([...path, key], 'jurisdiction or partner', body, known.bodies)
    }
  }
  const sides = [left, right, lead].filter(Boolean).length
  if (sides === 1 || sides === 2) {
    yield report.error(
      path,
      `"${id}" has only some of left, right and lead`,
      'A boundary street needs all three',
    )
  }
  if (sides === 3 && left === right) {
    yield report.error(path, `"${id}" has the same jurisdiction on both sides`, 'Remove left, right and lead')
  }
  if (sides > 0 && owner) {
    const repair = 'Remove the owner, or left, right and lead'
    yield report.warning(path, `"${id}" has an owner, so its sides are ignored`, repair)
  }
  for (const [key, range] of Object.entries({ numbersLeft, numbersRight })) {
    const [first = 0, last = 0] = range ?? []
    if ((last - first) % 2 === 0) continue
    const message = 'A side must have odd or even house numbers, not both'
    yield report.warning([...path, key], message, 'Enter its first and last number')
  }
}

// One id may have several features, for periods that do not overlap.
function* checkPeriods(file: string, features: readonly (Dated & { readonly id: string })[]): Issues {
  const report = reporterOf(file)
  const placed = features.map((feature, index) => ({ feature, path: propertiesAt(index) }))
  for (const { feature, path } of placed) yield* report.dates(path, feature)
  for (const [id, periods] of Map.groupBy(placed, ({ feature }) => feature.id)) {
    for (const [index, { feature, path }] of periods.entries()) {
      if (!periods.slice(0, index).some(other => shareDays(other.feature, feature))) continue
      const repair = 'Use another id, or end one where the next starts'
      yield report.error(path, `"${id}" exists twice at the same time`, repair)
    }
  }
}
