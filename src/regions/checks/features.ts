import { groupBy } from '../../core/group.ts'
import type { Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { type Dated, type Findings, shareDays, tellOf } from './finding.ts'
import type { Known } from './known.ts'

/** Names and dates in the GeoJSON files. */
export function* checkFeatures({ areas, roads, jurisdictions }: Documents, known: Known): Findings {
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
      const tell = tellOf(`${slug}/jurisdiction.yaml`)
      yield tell.warning([], 'It has no boundary: no place leads to it', `Write ${file}`)
    }
    yield* checkPeriods(
      file,
      boundary.map(({ properties }) => ({ ...properties, id: slug })),
    )
  }
}

function propertiesAt(index: number): Path {
  return ['features', index, 'properties']
}

function* checkArea(area: Documents['areas'][number]['properties'], path: Path, known: Known): Findings {
  const tell = tellOf('areas.geojson')
  const { kind, partner } = area
  if (partner && !known.bodies.has(partner)) {
    yield tell.unknown([...path, 'partner'], 'partner', partner, known.bodies)
  }
  if (kind === 'territory' && !partner) {
    yield tell.error(path, 'A territory without a partner', 'Name whose it is in "partner"')
  }
  if (kind !== 'territory' && partner) {
    const mend = 'Remove it, or make it a territory'
    yield tell.warning([...path, 'partner'], `A ${kind} area needs no partner`, mend)
  }
}

function* checkRoad(road: Documents['roads'][number]['properties'], path: Path, known: Known): Findings {
  const tell = tellOf('roads.geojson')
  const { id, owner, left, right, lead, numbersLeft, numbersRight } = road
  for (const [key, body] of Object.entries({ owner, left, right, lead })) {
    if (body && !known.bodies.has(body)) {
      yield tell.unknown([...path, key], 'jurisdiction or partner', body, known.bodies)
    }
  }
  const sides = [left, right, lead].filter(Boolean).length
  if (sides === 1 || sides === 2) {
    yield tell.error(path, `"${id}" has only some of left, right and lead`, 'A boundary street has all three')
  }
  if (sides === 3 && left === right) {
    yield tell.error(path, `"${id}" has one body on both sides`, 'Remove left, right and lead')
  }
  if (sides > 0 && owner) {
    const mend = 'Remove the owner, or left, right and lead'
    yield tell.warning(path, `"${id}" has an owner, so its sides decide nothing`, mend)
  }
  for (const [key, range] of Object.entries({ numbersLeft, numbersRight })) {
    const [first = 0, last = 0] = range ?? []
    if ((last - first) % 2 === 0) continue
    const message = 'A side has odd or even house numbers, not both'
    yield tell.warning([...path, key], message, 'Write its first and last number')
  }
}

/** One thing may have several features, for periods that do not overlap. */
function* checkPeriods(file: string, features: readonly (Dated & { readonly id: string })[]): Findings {
  const tell = tellOf(file)
  const placed = features.map((feature, index) => ({ feature, path: propertiesAt(index) }))
  for (const { feature, path } of placed) yield* tell.dates(path, feature)
  for (const [id, periods] of groupBy(placed, ({ feature }) => feature.id)) {
    for (const [index, { feature, path }] of periods.entries()) {
      if (!periods.slice(0, index).some(other => shareDays(other.feature, feature))) continue
      const mend = 'Give it another id, or let one end where the next begins'
      yield tell.error(path, `"${id}" is there twice at one time`, mend)
    }
  }
}
