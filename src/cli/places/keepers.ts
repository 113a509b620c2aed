import { join } from 'node:path'
import * as v from 'valibot'
import type { Mapping } from '../../places/import/columns/mapping.ts'
import { roadsAfter } from '../../places/import/keepers/changes.ts'
import { KEEPERS_FILE, readKeepers, withKeepers } from '../../places/import/keepers/keepers-file.ts'
import {
  type KeeperCount,
  keeperLine,
  type Road,
  RoadKeepers,
} from '../../places/import/keepers/road-keepers.ts'
import { UNKEPT_HEADING, unkeptLine } from '../../places/import/keepers/unkept-lines.ts'
import type { Positions } from '../../places/import/positions/position.ts'
import { readRows } from '../../places/import/read.ts'
import type { Table } from '../../places/import/table.ts'
import { readRegionFiles, writeFiles } from '../../platform/node/tenants.ts'
import { geoJson } from '../../regions/documents/export.ts'
import { loadRegion } from '../../regions/documents/load.ts'
import { date } from '../../regions/documents/schemas/values.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { refuse } from '../command.ts'
import { count } from '../configuration.ts'
import { orRefuse } from './refusal.ts'

const ROADS_FILE = 'roads.geojson'

export interface GivenKeepers {
  /** `VALUE=SLUG` */
  readonly keeper: readonly string[]
  readonly from: string | undefined
}

export interface RoadFile {
  readonly tenantsDir: string
  readonly region: string
  readonly source: string
  readonly table: Table
  readonly mapping: Mapping
  readonly positions: Positions
  /** In milliseconds since 1970 UTC. */
  readonly now: number
}

export interface KeptRoads {
  readonly counts: readonly Readonly<KeeperCount>[]
  readonly lines: readonly string[]
  /** Writes `roads.geojson` and `keepers.yaml` of the region; undefined where no keeper is named. */
  readonly write: (() => Promise<WrittenRoads>) | undefined
}

export type WrittenRoads = Omit<ReturnType<typeof roadsAfter>, 'roads'>

/**
 * Who keeps the streets of a file, by the values that are given or were given before. `unkept` takes lines of CSV, one
 * for each segment that nobody keeps. Refuses what is no jurisdiction or partner of the region's documents.
 */
export async function keptRoads(
  file: RoadFile,
  given: GivenKeepers,
  unkept: (lines: string) => void,
): Promise<KeptRoads> {
  const { tenantsDir, region, source, table, mapping, positions } = file
  const own = new Map(given.keeper.map(pair))
  const [column] = mapping.columns.owner ?? []
  if (mapping.kind !== 'streets') {
    if (own.size > 0) throw refuse(`--keeper is for streets. This file has ${mapping.kind}.`)
    return { counts: [], lines: [], write: undefined }
  }
  const remembered = await rememberedKeepers(tenantsDir, region, source, own.size > 0)
  const keepers = new Map([...remembered, ...own])
  if (column === undefined) {
    if (keepers.size === 0) return { counts: [], lines: [], write: undefined }
    throw refuse('Which column says who keeps a road? Name it with --keeper-column.')
  }
  if (keepers.size > 0) refuseUnknown(await documentsOf(tenantsDir, region), keepers)
  const found = new RoadKeepers(source, keepers)
  const roads: Road[] = []
  unkept(UNKEPT_HEADING)
  for await (const { rows } of readRows(table, mapping as Mapping<'streets'>, positions)) {
    const left = rows.filter(street => {
      const road = found.road(street)
      if (road !== undefined) roads.push(road)
      return road === undefined
    })
    unkept(left.map(unkeptLine).join(''))
  }
  const counts = found.counts()
  return {
    counts,
    lines: [
      ...keeperLines(column, counts, keepers.size > 0),
      ...(keepers.size > 0 && mapping.columns.id === undefined ? [NO_KEY] : []),
    ],
    write: keepers.size === 0 ? undefined : () => writeRoads(file, { roads, keepers, from: given.from }),
  }
}

function pair(written: string): [value: string, keeper: string] {
  const equals = written.lastIndexOf('=')
  if (equals >= 0) return [written.slice(0, equals).trim(), written.slice(equals + 1)]
  throw refuse(`--keeper "${written}" must be VALUE=SLUG, such as C=lake-county.`)
}

// Streets for the search alone need no documents on this machine.
async function rememberedKeepers(tenantsDir: string, region: string, source: string, isNeeded: boolean) {
  const files = await readRegionFiles(tenantsDir, region).catch((error: unknown) => {
    if (isNeeded) throw error
    return new Map<string, string>()
  })
  return orRefuse(region, readKeepers(files.get(KEEPERS_FILE), source))
}

async function documentsOf(tenantsDir: string, region: string): Promise<Documents> {
  const { draft } = loadRegion(region, await readRegionFiles(tenantsDir, region))
  if (draft !== undefined) return draft
  throw refuse(`the documents of ${region} have errors. Run countyline validate --region ${region}.`)
}

function refuseUnknown({ jurisdictions, region }: Documents, keepers: ReadonlyMap<string, string>): void {
  const known = [...jurisdictions.map(({ slug }) => slug), ...(region.partners ?? []).map(({ id }) => id)]
  for (const [value, keeper] of keepers) {
    if (known.includes(keeper)) continue
    throw refuse(
      `"${keeper}", the keeper of roads with ${value || 'no value'}, is no jurisdiction or partner. There are ${known.join(', ')}.`,
    )
  }
}

const NO_KEY =
  'No column is a key of the segments: a newer file is compared by name and order. Name one with --map id=COLUMN.'

/** Values that are shown: a wrong column may have thousands. */
const SHOWN = 20

function keeperLines(column: string, counts: readonly Readonly<KeeperCount>[], isNamed: boolean): string[] {
  const shown = counts.slice(0, SHOWN).map(each => `  ${keeperLine(each)}`)
  const rest = counts.length > SHOWN ? [`  and ${count(counts.length - SHOWN, 'other value')}`] : []
  return isNamed
    ? [`Who keeps the roads, by ${column}:`, ...shown, ...rest]
    : [
        `${column} may say who keeps the roads:`,
        ...shown,
        ...rest,
        'Name them with --keeper VALUE=SLUG, and the roads get their keepers.',
      ]
}

interface Writing {
  readonly roads: readonly Road[]
  readonly keepers: ReadonlyMap<string, string>
  readonly from: string | undefined
}

// Reads the documents again: another source may have been imported meanwhile.
async function writeRoads(
  { tenantsDir, region, source, now }: RoadFile,
  { roads, keepers, from }: Writing,
): Promise<WrittenRoads> {
  const documents = await documentsOf(tenantsDir, region)
  const day = from ?? localDay(now, documents.region.timezone)
  const { roads: after, ...counts } = roadsAfter(documents.roads, roads, { source, day })
  const remembered = (await readRegionFiles(tenantsDir, region)).get(KEEPERS_FILE)
  await writeFiles(
    join(tenantsDir, region),
    new Map([
      [ROADS_FILE, geoJson(after)],
      [KEEPERS_FILE, withKeepers(remembered, source, keepers)],
    ]),
  )
  return counts
}

/** A day, or refused at the door. */
export function readFrom(written: string | undefined): string | undefined {
  if (written === undefined || v.is(date, written)) return written
  throw refuse(`--from "${written}" must be a day such as 2026-07-01.`)
}
