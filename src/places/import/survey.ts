import type { Refusal } from '../../geography/refusal.ts'
import type { Mapping } from './columns/mapping.ts'
import { inDegrees, type Positions, writtenPosition } from './positions/position.ts'
import { toDegreesFrom } from './positions/projection.ts'
import { isWithin, type RegionBounds } from './positions/region-bounds.ts'
import { readRows } from './read.ts'
import type { RejectReason } from './rows/rows.ts'
import type { Position, Table } from './table.ts'
import { orRefusal } from './unreadable.ts'

export interface Survey {
  readonly records: number
  readonly rows: number
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>
  /** For `readRows`. */
  readonly positions: Positions
  /** What a person should know before the import: whole sentences without their periods. */
  readonly notices: readonly string[]
}

export interface SurveyOptions {
  readonly bounds?: RegionBounds | undefined
  /** Instead of what the file says: a .prj text, a PROJ string or an EPSG code. */
  readonly coordinateSystem?: string | undefined
}

/** How many positions tell whether latitude and longitude are swapped. */
const SAMPLE = 1000

/** Reads the whole file before anything of it is written: what it will give, or why nothing of it may be taken. */
export function survey(
  table: Table,
  mapping: Mapping,
  options: SurveyOptions = {},
): Promise<Survey | Refusal> {
  return orRefusal(async () => {
    const found = await positionsOf(table, mapping, options)
    if ('why' in found) return found
    const { positions, notices } = found
    const rejects: Partial<Record<RejectReason, number>> = {}
    let [records, rows] = [0, 0]
    let isCut = false
    for await (const batch of readRows(table, mapping, positions)) {
      records = batch.records
      rows += batch.rows.length
      for (const { reason } of batch.rejects) rejects[reason] = (rejects[reason] ?? 0) + 1
      const last = batch.rejects.at(-1)
      isCut = last?.record === batch.records && CUT.includes(last.reason)
    }
    const { outside = 0 } = rejects
    if (outside > rows) return { why: elsewhere(outside, rows + outside, notices), repair: OTHER_FILE }
    if (records === 0) return { why: 'It has no records', repair: 'Export at least one' }
    if (rows === 0)
      return { why: `None of its ${records} records can be taken: ${counted(rejects)}`, repair: MAPPING }
    return { records, rows, rejects, positions, notices: isCut ? [...notices, MAY_BE_CUT] : notices }
  })
}

const CUT: readonly RejectReason[] = ['unbalanced-quotes', 'wrong-number-of-values', 'not-a-feature']
const MAY_BE_CUT = 'Its last record is damaged: the file may have been cut off'
const OTHER_FILE = "Choose this region's file, or check which columns hold latitude and longitude"
const MAPPING = 'Check which columns hold what'

function elsewhere(outside: number, all: number, notices: readonly string[]): string {
  return [`It is another place's: ${outside} of ${all} positions lie outside the region`, ...notices].join(
    '. ',
  )
}

/** `no-number 12, outside 3`. */
export function counted(rejects: Survey['rejects']): string {
  return Object.entries(rejects)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ')
}

async function positionsOf(
  table: Table,
  mapping: Mapping,
  { bounds, coordinateSystem = table.coordinateSystem }: SurveyOptions,
): Promise<{ readonly positions: Positions; readonly notices: readonly string[] } | Refusal> {
  const toDegrees = toDegreesFrom(coordinateSystem)
  if ('why' in toDegrees) return toDegrees
  const sample = await samplePositions(table, mapping)
  const asWritten: Positions = { toDegrees, isSwapped: false, bounds }
  const swapped: Positions = { ...asWritten, isSwapped: true }
  const stray = sample.filter(position => !isRight(position, asWritten))
  const turned = stray.filter(position => isRight(position, swapped)).length
  if (stray.length === 0) return { positions: asWritten, notices: [] }
  if (turned === sample.length) return { positions: swapped, notices: [SWAPPED] }
  const isNowhere = sample.every(position => inDegrees(position, asWritten) === undefined)
  if (isNowhere && coordinateSystem === undefined) return noDegrees(sample)
  const notices = [
    `${turned} of ${sample.length} positions would be right with latitude and longitude swapped`,
  ]
  return { positions: asWritten, notices: turned === 0 ? [] : notices }
}

const SWAPPED = 'Latitude and longitude were swapped in the whole file, which is corrected'

function isRight(position: Position, positions: Positions): boolean {
  const place = inDegrees(position, positions)
  return place !== undefined && (positions.bounds === undefined || isWithin(positions.bounds, place))
}

function noDegrees([[x, y] = [0, 0]]: readonly Position[]): Refusal {
  return {
    why: `Its coordinates are not in degrees (${x}, ${y}), and it does not say which coordinate system they are in`,
    repair:
      'Give the text of its .prj file, a PROJ string or an EPSG code, or export it in WGS84 (EPSG:4326)',
  }
}

async function samplePositions(table: Table, mapping: Mapping): Promise<readonly Position[]> {
  const sample: Position[] = []
  for await (const records of table.records()) {
    for (const record of records) {
      const position = record.fault === undefined ? writtenPosition(record, mapping) : undefined
      if (position !== undefined && (position[0] !== 0 || position[1] !== 0)) sample.push(position)
    }
    if (sample.length >= SAMPLE) break
  }
  return sample.slice(0, SAMPLE)
}
