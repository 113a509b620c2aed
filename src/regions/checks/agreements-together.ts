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
import { areaOutlines } from '../routing.ts'
import type { Documents } from '../snapshot.ts'
import { pointAlong } from '../street.ts'
import { type Findings, tellOf } from './finding.ts'

const tell = tellOf('agreements.yaml')

/** What agreements do together: circles, rivals, and ends that nothing follows (S5). */
export function* checkAgreementsTogether(documents: Documents, routing: RoutingSnapshot): Findings {
  const { agreements } = routing
  const overlap = sharePlaces(documents, routing)
  const at = (id: string | undefined) => [
    'agreements',
    agreements.findIndex(agreement => agreement.id === id),
  ]
  for (const cycle of agreementCycles(agreements, overlap)) {
    const chain = [...cycle, ...cycle.slice(0, 1)].map(({ accountable }) => accountable).join(' → ')
    const mend = 'End one of them before the others begin, or part their services or places'
    yield tell.error(at(cycle[0]?.id), `These agreements go in a circle: ${chain}`, mend)
  }
  for (const [earlier, later] of agreementConflicts(agreements, overlap)) {
    const message = `"${later.id}" and "${earlier.id}" both claim one service, place and time`
    const mend = 'End one before the other begins, or part their services, places or hours'
    yield tell.error(at(later.id), message, mend)
  }
  for (const { agreement } of agreementsWithoutSuccessor(agreements, 0)) {
    const mend = `Write its successor, or let the work go back to ${agreement.accountable}`
    yield tell.warning([...at(agreement.id), 'to'], `Nothing follows "${agreement.id}" when it ends`, mend)
  }
}

/** May two agreements meet at one place? Areas and roads are alternatives, and without either one holds everywhere. */
function sharePlaces(documents: Documents, { atlas }: RoutingSnapshot): Overlap {
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
