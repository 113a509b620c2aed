import { intersection } from '../../../geography/polygons/clip.ts'
import { squareMeters } from '../../../geography/polygons/measure.ts'
import {
  agreementConflicts,
  agreementCycles,
  agreementsWithoutSuccessor,
  type Overlap,
} from '../../../routing/agreements.ts'
import type { RoutingSnapshot } from '../../../routing/types.ts'
import { pointAlong } from '../../places/street.ts'
import { areaOutlines } from '../../runtime/routing.ts'
import { SLIVER } from '../../versions/plan/coverage.ts'
import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf } from './issues.ts'

const report = reporterOf('agreements.yaml')

/** Cycles, conflicts, and ends without a successor (S5). */
export function* checkAgreementsTogether(documents: Documents, routing: RoutingSnapshot): Issues {
  const { agreements } = routing
  const overlap = sharePlaces(documents, routing)
  const at = (id: string | undefined) => [
    'agreements',
    agreements.findIndex(agreement => agreement.id === id),
  ]
  for (const cycle of agreementCycles(agreements, overlap)) {
    const chain = [...cycle, ...cycle.slice(0, 1)].map(({ accountable }) => accountable).join(' → ')
    const repair = 'End one before the others start, or give them different services or areas'
    yield report.error(at(cycle[0]?.id), `These agreements form a loop: ${chain}`, repair)
  }
  for (const [earlier, later] of agreementConflicts(agreements, overlap)) {
    const message = `"${later.id}" and "${earlier.id}" cover the same service, area and time`
    const repair = 'End one before the other starts, or give them different services, areas or hours'
    yield report.error(at(later.id), message, repair)
  }
  for (const { agreement } of agreementsWithoutSuccessor(agreements, 0)) {
    const repair = `Add a successor, or let the work return to ${agreement.accountable}`
    yield report.warning(
      [...at(agreement.id), 'to'],
      `"${agreement.id}" has no successor when it ends`,
      repair,
    )
  }
}

// Whether two agreements may meet at one place. Areas and roads are alternatives; with neither, an agreement
// holds everywhere.
function sharePlaces(documents: Documents, { atlas }: RoutingSnapshot): Overlap {
  const outlines = areaOutlines(documents)
  const areasMeet = (a: number, b: number) =>
    a === b || squareMeters(intersection(outlines[a] ?? [], outlines[b] ?? [])) >= SLIVER
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
