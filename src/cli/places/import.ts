import { openPlaces } from '../../core/database/handles.ts'
import { asProblem } from '../../core/problem.ts'
import { boundsOf } from '../../places/bounds.ts'
import { openTable } from '../../places/import/open.ts'
import { REJECTS_HEADING, reasonTexts, rejectLines } from '../../places/import/rows/reject-lines.ts'
import type { RejectReason } from '../../places/import/rows/rows.ts'
import { type Survey, survey } from '../../places/import/survey.ts'
import { importPlaces } from '../../places/index/import.ts'
import { fileSource, siblingsOf } from '../../platform/node/byte-source.ts'
import { readMigrations } from '../../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { compileRegion } from '../../regions/runtime/compile.ts'
import { addDatabase } from '../../regions/versions/migrate.ts'
import { command, refuse } from '../command.ts'
import { appliedSnapshot, count, readSlug, withPlatform } from '../configuration.ts'
import { districtSetFor, setLines } from './districts.ts'
import { farFewer } from './fewer.ts'
import { type KeptRoads, keptRoads, readFrom, type WrittenRoads } from './keepers.ts'
import { linesFile } from './lines-file.ts'
import { inRegion, placeSources } from './list.ts'
import { chooseColumns } from './mapping.ts'
import { orRefuse } from './refusal.ts'

export const importPlacesCommand = command({
  name: 'places import',
  summary: 'Import addresses, streets, common places or districts from a file, so that residents find them',
  operands: ['FILE'],
  options: {
    region: inRegion,
    kind: {
      type: 'string',
      value: 'K',
      help: 'addresses, streets, common-places, districts or district-facts (default: which of the first three it looks like)',
    },
    source: {
      type: 'string',
      value: 'NAME',
      help: 'What to call the source; for districts, the set. Importing it again updates it (default: the kind)',
    },
    map: {
      type: 'string',
      value: 'FIELD=COLUMN',
      multiple: true,
      help: 'Which column holds a field, or which columns: number=HOUSE_NO, street=PREDIR+NAME+TYPE (default: as in the last import, else as guessed)',
    },
    fact: {
      type: 'string',
      value: 'COLUMN=NAME',
      multiple: true,
      help: 'Another column that residents read of a district, and its name: SHELTER=Shelter',
    },
    member: { type: 'string', value: 'PATH', help: 'The file to read in an archive of several' },
    crs: { type: 'string', value: 'CRS', help: 'Coordinate system, where the file does not say: EPSG:2229' },
    rejects: {
      type: 'string',
      value: 'CSV',
      help: 'Write what cannot be taken to this file, with the reasons',
    },
    'keeper-column': {
      type: 'string',
      value: 'COLUMN',
      help: 'Of streets: the column that says who keeps the road (default: as guessed)',
    },
    keeper: {
      type: 'string',
      value: 'VALUE=SLUG',
      multiple: true,
      help: 'The jurisdiction or partner that keeps roads with this value: C=lake-county. Writes roads.geojson',
    },
    from: { type: 'string', value: 'DAY', help: 'First day of new and changed keepers (default: today)' },
    unkept: { type: 'string', value: 'CSV', help: 'Write the segments that nobody keeps to this file' },
    fewer: {
      type: 'boolean',
      help: 'Take a file that has far fewer records than the last import of the source',
    },
    'dry-run': { type: 'boolean', help: 'Only say what would be taken' },
  },
  run: (terminal, { options, operands: [path = ''] }) =>
    withPlatform(terminal, async (platform, { tenantsDir }) => {
      const region = readSlug('--region', options.region)
      const from = readFrom(options.from)
      const snapshot = await appliedSnapshot(platform, region)
      if (snapshot === undefined) throw refuse(`${region} is not applied. Run countyline apply first.`)
      const file = await fileSource(path)
      const table = orRefuse(
        path,
        await openTable(file, { member: options.member, sibling: siblingsOf(path) }),
      )
      const column = options['keeper-column']
      const given = {
        kind: options.kind,
        source: options.source,
        fact: options.fact ?? [],
        map: [...(options.map ?? []), ...(column === undefined ? [] : [`owner=${column}`])],
      }
      const chosen = await chooseColumns(path, table, given, await placeSources(platform, region))
      const { source, mapping, isRemembered } = chosen
      const { documents } = snapshot
      const set = districtSetFor(mapping.kind, options.source, documents)
      const bounds = boundsOf(compileRegion(snapshot))
      const surveyed = orRefuse(path, await survey(table, mapping, { bounds, coordinateSystem: options.crs }))
      const now = platform.clock.now()
      const isDry = options['dry-run'] === true
      const fewer = mapping.kind === 'district-facts' ? undefined : farFewer(chosen.last, surveyed)
      if (fewer !== undefined && !isDry && options.fewer !== true)
        throw refuse(`${path}: ${fewer}. If the file is whole, add --fewer.`)
      const unkept = linesFile(isDry ? undefined : options.unkept)
      const kept = await keptRoads(
        { tenantsDir, region, source, table, mapping, positions: surveyed.positions, now },
        { keeper: options.keeper ?? [], from },
        unkept.write,
      )
      unkept.end()
      const about = [
        `${path}: ${table.format}, ${mapping.kind}`,
        ...chosen.lines,
        ...surveyLines(surveyed),
        ...(fewer === undefined ? [] : [`${fewer}.`]),
        ...(set === undefined ? [] : await setLines(set, { table, mapping, surveyed, documents })),
        ...kept.lines,
      ]
      const json = { region, source, mapping, isRemembered, ...shown(surveyed), keepers: kept.counts }
      if (isDry) return { ok: true, lines: [...about, 'Nothing was imported.'], json }
      for (const line of about) terminal.err(`${line}\n`)
      const today = localDay(now, set?.owner?.timezone ?? documents.region.timezone)
      const rejects = linesFile(options.rejects)
      rejects.write(REJECTS_HEADING)
      const done = await importing(
        await openForImport(platform, region),
        { source, file, table, mapping, survey: surveyed, now, today },
        {
          progress: records => terminal.err(`${percent(records, surveyed.records)}\r`),
          rejects: rejected => rejects.write(rejectLines(rejected)),
        },
      )
      rejects.end()
      const roads = await kept.write?.()
      return {
        ok: true,
        lines: [
          ...outcomeLines(region, source, done, options.rejects),
          ...(roads === undefined ? [] : roadLines(region, roads, kept, options.unkept)),
        ],
        json: { ...json, ...done, ...(roads && { roads }) },
      }
    }),
})

async function importing(...[db, given, listener]: Parameters<typeof importPlaces>) {
  let written = 0
  const progress = (records: number) => {
    written = records
    listener.progress(records)
  }
  try {
    return await importPlaces(db, given, { ...listener, progress })
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    throw refuse(
      `the database stopped answering after record ${written}. Import the same file again: it goes on there.`,
    )
  }
}

async function openForImport(platform: NodePlatform, region: string) {
  await addDatabase(platform, { kind: 'places', region }, readMigrations())
  return openPlaces(platform, { kind: 'system', reason: 'import' }, region)
}

function surveyLines({ records, rows, rejects, notices }: Survey): string[] {
  const reasons = Object.entries(rejects) as [RejectReason, number][]
  return [
    ...notices.map(notice => `${notice}.`),
    `${count(rows, 'row')} of ${count(records, 'record')} can be taken`,
    ...reasons.map(([reason, times]) => `  rejected ${times}: ${reasonTexts[reason]}`),
  ]
}

function shown({ records, rows, rejects, notices }: Survey) {
  return { records, rows, rejects, notices }
}

function percent(records: number, all: number): string {
  return `${Math.floor((100 * records) / Math.max(1, all))} % (${records.toLocaleString('en-US')} records)`
}

function outcomeLines(
  region: string,
  source: string,
  {
    added,
    changed,
    removed,
    unchanged,
    rejected,
    duplicates,
    resumedAfter,
  }: Awaited<ReturnType<typeof importPlaces>>,
  rejects: string | undefined,
): string[] {
  const counts = [`${added} added`, `${changed} changed`, `${removed} removed`, `${unchanged} unchanged`]
  return [
    ...(resumedAfter > 0 ? [`went on after record ${resumedAfter}`] : []),
    ...(rejected > 0 && rejects !== undefined ? [`wrote ${count(rejected, 'reject')} to ${rejects}`] : []),
    ...(duplicates > 0 ? [`left out ${count(duplicates, 'duplicate')}: the first of each is taken`] : []),
    `${region}: ${source}: ${counts.join(', ')}, ${rejected} rejected`,
  ]
}

function roadLines(
  region: string,
  { begun, changed, ended, unchanged }: WrittenRoads,
  { counts }: KeptRoads,
  unkept: string | undefined,
): string[] {
  const left = counts.filter(({ keeper }) => keeper === undefined)
  const segments = left.reduce((sum, each) => sum + each.segments, 0)
  const where = unkept === undefined ? 'list them with --unkept CSV' : `written to ${unkept}`
  return [
    ...(segments > 0 ? [`nobody keeps ${count(segments, 'segment')}: ${where}`] : []),
    `${region}/roads.geojson: ${begun} new, ${changed} with another keeper, ${ended} ended, ${unchanged} unchanged`,
    `Look at it with countyline plan --region ${region}, then apply.`,
  ]
}
