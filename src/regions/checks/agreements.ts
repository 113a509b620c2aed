import { intersection } from '../../geography/clip.ts'
import { squareMetres } from '../../geography/measure.ts'
import {
  agreementConflicts,
  agreementCycles,
  agreementsWithoutSuccessor,
  type Overlap,
} from '../../routing/agreements.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import { SLIVER } from '../coverage.ts'
import type { AgreementsDocument } from '../documents.ts'
import type { Finding, Path } from '../fault.ts'
import { areaOutlines } from '../routing.ts'
import type { Documents } from '../snapshot.ts'
import { pointAlong } from '../street.ts'
import { checkDates, error, repeats, shareDays, unknown, warning } from './finding.ts'
import type { Known } from './known.ts'

const FILE = 'agreements.yaml'
type AgreementDocument = NonNullable<AgreementsDocument['agreements']>[number]
type StreetDocument = NonNullable<AgreementsDocument['boundaryStreets']>[number]

/** Names and dates, each agreement by itself. */
export function checkAgreements(documents: Documents, known: Known): Finding[] {
  const { agreements = [], boundaryStreets = [] } = documents.agreements
  const all = [
    ...agreements.map(({ id }, index) => ({ id, path: ['agreements', index, 'id'] })),
    ...boundaryStreets.map(({ id }, index) => ({ id, path: ['boundaryStreets', index, 'id'] })),
  ]
  return [
    ...repeats(all, ({ id }) => id).map(({ index, key }) =>
      error(FILE, all[index]?.path ?? [], `"${key}" is the id of two agreements`, 'Give each its own'),
    ),
    ...agreements.flatMap((agreement, index) =>
      checkAgreement(agreement, ['agreements', index], documents, known),
    ),
    ...boundaryStreets.flatMap((street, index) =>
      checkStreet(street, ['boundaryStreets', index], documents, known),
    ),
    ...rivalStreets(boundaryStreets),
  ]
}

function checkAgreement(
  agreement: AgreementDocument,
  path: Path,
  documents: Documents,
  known: Known,
): Finding[] {
  const { accountable, performer, areas = [], segments = [], hours = 'always' } = agreement
  const holder = documents.jurisdictions.find(({ slug }) => slug === accountable)
  const neverCloses = holder?.hours === undefined || holder.hours === 'always'
  return [
    ...bodies({ accountable, performer }, path, known),
    ...serviceCodes(agreement.services, path, known),
    ...references('area', areas, [...path, 'areas'], known.areas),
    ...references('road', segments, [...path, 'segments'], known.segments),
    ...checkDates(FILE, path, agreement),
    ...(accountable === performer
      ? [
          error(
            FILE,
            [...path, 'performer'],
            'The accountable body performs it for itself',
            'Name another performer, or remove the agreement',
          ),
        ]
      : []),
    ...(hours !== 'always' && holder && neverCloses
      ? [
          warning(
            FILE,
            [...path, 'hours'],
            `${holder.name} keeps no hours: it never closes`,
            'Write its hours, or "always" here',
          ),
        ]
      : []),
  ]
}

function checkStreet(street: StreetDocument, path: Path, { roads }: Documents, known: Known): Finding[] {
  const { lead, parts, segment } = street
  const ends = (parts ?? []).map(({ upTo }) => upTo)
  const inOrder = ends.every((end, index) => end > (ends[index - 1] ?? 0)) && ends.at(-1) === 1
  const shared = roads.some(
    ({ properties }) => properties.id === segment && properties.left && properties.right,
  )
  return [
    ...references('road', [segment], [...path, 'segment'], known.segments),
    ...(known.segments.has(segment) && !shared
      ? [
          error(
            FILE,
            [...path, 'segment'],
            `"${segment}" is no boundary street`,
            'Write its left, right and lead in roads.geojson',
          ),
        ]
      : []),
    ...((lead === undefined) === (parts === undefined)
      ? [error(FILE, path, 'It needs either "lead" or "parts"', 'Write one of them')]
      : []),
    ...(parts !== undefined && !inOrder
      ? [
          error(
            FILE,
            [...path, 'parts'],
            'The parts do not cover the street',
            'Let "upTo" rise from part to part, the last to 1',
          ),
        ]
      : []),
    ...(lead === undefined ? [] : bodies({ lead }, path, known)),
    ...(parts ?? []).flatMap((part, index) => bodies({ lead: part.lead }, [...path, 'parts', index], known)),
    ...serviceCodes(street.services, path, known),
    ...checkDates(FILE, path, street),
  ]
}

function bodies(named: Readonly<Record<string, string>>, path: Path, known: Known): Finding[] {
  return Object.entries(named)
    .filter(([, body]) => !known.bodies.has(body))
    .map(([key, body]) => unknown(FILE, [...path, key], 'jurisdiction or partner', body, known.bodies))
}

function serviceCodes(written: AgreementDocument['services'], path: Path, known: Known): Finding[] {
  if (written === undefined || written === 'all') return []
  return references('service', written, [...path, 'services'], new Set(known.services.keys()))
}

function references(noun: string, ids: readonly string[], path: Path, known: ReadonlySet<string>): Finding[] {
  return ids.flatMap((id, index) => (known.has(id) ? [] : [unknown(FILE, [...path, index], noun, id, known)]))
}

/** Two agreements that both say who leads on one street for one service at one time. */
function rivalStreets(streets: readonly StreetDocument[]): Finding[] {
  return streets.flatMap((street, index) => {
    const rival = streets.slice(0, index).find(other => {
      return (
        other.segment === street.segment &&
        shareDays(other, street) &&
        shareServices(other.services, street.services)
      )
    })
    if (!rival) return []
    return [
      error(
        FILE,
        ['boundaryStreets', index],
        `"${rival.id}" already says who leads on "${street.segment}"`,
        'End one before the other begins, or part their services',
      ),
    ]
  })
}

function shareServices(a: AgreementDocument['services'], b: AgreementDocument['services']): boolean {
  const all = (services: typeof a) => services === undefined || services === 'all'
  return all(a) || all(b) || (Array.isArray(a) && Array.isArray(b) && a.some(code => b.includes(code)))
}

/** What agreements do together: circles, rivals, and ends that nothing follows (S5). */
export function checkAgreementsTogether({ agreements }: RoutingSnapshot, overlap: Overlap): Finding[] {
  const at = (id: string) => ['agreements', agreements.findIndex(agreement => agreement.id === id)]
  return [
    ...agreementCycles(agreements, overlap).map(cycle => {
      const chain = [...cycle, ...cycle.slice(0, 1)].map(({ accountable }) => accountable).join(' → ')
      const [first] = cycle
      return error(
        FILE,
        at(first?.id ?? ''),
        `These agreements go in a circle: ${chain}`,
        'End one of them before the others begin, or part their services or places',
      )
    }),
    ...agreementConflicts(agreements, overlap).map(([earlier, later]) =>
      error(
        FILE,
        at(later.id),
        `"${later.id}" and "${earlier.id}" both claim one service, place and time`,
        'End one before the other begins, or part their services, places or hours',
      ),
    ),
    ...agreementsWithoutSuccessor(agreements, 0).map(({ agreement }) =>
      warning(
        FILE,
        [...at(agreement.id), 'to'],
        `Nothing follows "${agreement.id}" when it ends`,
        `Write its successor, or let the work go back to ${agreement.accountable}`,
      ),
    ),
  ]
}

/** May two agreements meet at one place? Areas and roads are alternatives, and without either one holds everywhere. */
export function sharePlaces(documents: Documents, { atlas }: RoutingSnapshot): Overlap {
  const outlines = areaOutlines(documents)
  const areasMeet = (a: number, b: number) =>
    a === b || squareMetres(intersection(outlines[a] ?? [], outlines[b] ?? [])) >= SLIVER
  const runsThrough = (segment: number, area: number) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].some(fraction => {
      const { lat, long } = pointAlong(documents.roads[segment]?.coordinates ?? [], fraction)
      return atlas.areasAt(lat, long).includes(area)
    })
  return (a, b) => {
    const [areasA, roadsA] = [[...(a.areas ?? [])], [...(a.segments ?? [])]]
    const [areasB, roadsB] = [[...(b.areas ?? [])], [...(b.segments ?? [])]]
    return (
      (a.areas === null && a.segments === null) ||
      (b.areas === null && b.segments === null) ||
      roadsA.some(road => roadsB.includes(road)) ||
      areasA.some(area => areasB.some(other => areasMeet(area, other))) ||
      roadsA.some(road => areasB.some(area => runsThrough(road, area))) ||
      roadsB.some(road => areasA.some(area => runsThrough(road, area)))
    )
  }
}
