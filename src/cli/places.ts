import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import * as v from 'valibot'
import { openPlaces, openPublicPlaces, type PlacesReader } from '../core/database/handles.ts'
import { asProblem } from '../core/problem.ts'
import { isRefusal, type Refusal } from '../geography/refusal.ts'
import { boundsOf } from '../places/bounds.ts'
import { fieldsOf, type Mapping, mappingSchema } from '../places/import/columns/mapping.ts'
import { inspect } from '../places/import/inspect.ts'
import { openTable } from '../places/import/open.ts'
import { REJECTS_HEADING, reasonTexts, rejectLines } from '../places/import/rows/reject-lines.ts'
import type { ImportKind, Reject, RejectReason } from '../places/import/rows/rows.ts'
import { type Survey, survey } from '../places/import/survey.ts'
import { importPlaces, listPlaceSources } from '../places/index/import.ts'
import { searchIndex } from '../places/index/search.ts'
import { fileSource, siblingsOf } from '../platform/node/byte-source.ts'
import { readMigrations } from '../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { localDay } from '../regions/runtime/calendar.ts'
import { compileRegion } from '../regions/runtime/compile.ts'
import { addDatabase } from '../regions/versions/migrate.ts'
import { command, refuse } from './command.ts'
import { appliedSnapshot, count, readSlug, withPlatform } from './configuration.ts'
import { districtSetFor, setLines, withFacts } from './districts.ts'

const inRegion = { type: 'string', required: true, value: 'R', help: 'The region' } as const

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
      help: 'Which column holds a field, or which columns: number=HOUSE_NO, street=PREDIR+NAME+TYPE',
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
    'dry-run': { type: 'boolean', help: 'Only say what would be taken' },
  },
  run: (terminal, { options, operands: [path = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const snapshot = await appliedSnapshot(platform, region)
      if (snapshot === undefined) throw refuse(`${region} is not applied. Run countyline apply first.`)
      const file = await fileSource(path)
      const table = orRefuse(
        path,
        await openTable(file, { member: options.member, sibling: siblingsOf(path) }),
      )
      const guess = orRefuse(path, await inspect(table, readKind(options.kind)))
      const mapping = withFacts(
        withColumns(guess.mapping, options.map ?? [], guess.columns),
        options.fact ?? [],
        guess.columns,
      )
      const set = districtSetFor(mapping.kind, options.source, snapshot.documents)
      const surveyed = orRefuse(
        path,
        await survey(table, mapping, {
          bounds: boundsOf(compileRegion(snapshot)),
          coordinateSystem: options.crs,
        }),
      )
      const about = [
        `${path}: ${table.format}, ${mapping.kind}`,
        ...mappingLines(mapping),
        ...surveyLines(surveyed),
        ...(set === undefined
          ? []
          : await setLines(set, { table, mapping, surveyed, documents: snapshot.documents })),
      ]
      const json = { region, mapping, ...shown(surveyed) }
      if (options['dry-run']) return { ok: true, lines: [...about, 'Nothing was imported.'], json }
      for (const line of about) terminal.err(`${line}\n`)
      const source = set?.key ?? options.source ?? mapping.kind
      const now = platform.clock.now()
      const today = localDay(now, set?.owner?.timezone ?? snapshot.documents.region.timezone)
      const rejects = rejectsFile(options.rejects)
      const done = await importPlaces(
        await openForImport(platform, region),
        { source, file, table, mapping, survey: surveyed, now, today },
        {
          progress: records => terminal.err(`${percent(records, surveyed.records)}\r`),
          rejects: rejects.write,
        },
      )
      await rejects.end()
      return {
        ok: true,
        lines: outcomeLines(region, source, done, options.rejects),
        json: { ...json, source, ...done },
      }
    }),
})

export const listPlacesCommand = command({
  name: 'places list',
  summary: 'List the imported sources of addresses, streets, common places and districts',
  options: { region: inRegion },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const sources = await orNoPlaces(platform, region, db => listPlaceSources(db), [])
      return {
        ok: true,
        lines: [
          ...sources.map(({ name, kind, file, records, rejected, startedAt, finishedAt }) => {
            const state = finishedAt === null ? 'not finished: import the file again' : `${rejected} rejected`
            return `${name}: ${kind} of ${file}, ${new Date(startedAt).toISOString().slice(0, 10)}, ${count(records, 'record')}, ${state}`
          }),
          `${region}: ${count(sources.length, 'source')}`,
        ],
        json: { region, sources },
      }
    }),
})

export const searchPlacesCommand = command({
  name: 'places search',
  summary: 'Search the imported addresses, streets and common places as a resident would',
  operands: ['TEXT'],
  options: { region: inRegion },
  run: (terminal, { options, operands: [text = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const places = await orNoPlaces(platform, region, db => searchIndex(db, text, 8), [])
      return {
        ok: places.length > 0,
        lines:
          places.length === 0
            ? [`${region}: nothing is called "${text}".`]
            : places.map(({ label, kind, lat, long, contradicts }) => {
                const doubt = contradicts.length > 0 ? `, but not its ${contradicts.join(', ')}` : ''
                return `${label} (${kind}, ${lat.toFixed(6)},${long.toFixed(6)}${doubt})`
              }),
        json: { region, places },
      }
    }),
})

async function openForImport(platform: NodePlatform, region: string) {
  await addDatabase(platform, { kind: 'places', region }, readMigrations())
  return openPlaces(platform, { kind: 'system', reason: 'import' }, region)
}

async function orNoPlaces<T>(
  platform: NodePlatform,
  region: string,
  work: (db: PlacesReader) => Promise<T>,
  nothing: T,
): Promise<T> {
  try {
    return await work(openPublicPlaces(platform, region))
  } catch (error) {
    const { slug, cause } = asProblem(error)
    if (slug !== 'database-unavailable' || !(cause instanceof Error)) throw error
    if (/missing or empty|does not exist|not found/i.test(cause.message)) return nothing
    throw error
  }
}

function orRefuse<T extends object>(path: string, result: T | Refusal): T {
  if (!isRefusal(result)) return result
  throw refuse(`${path}: ${result.why}. ${result.repair}.`)
}

function readKind(written: string | undefined): ImportKind | undefined {
  if (written === undefined || written in fieldsOf) return written as ImportKind | undefined
  throw refuse(`--kind "${written}" must be ${Object.keys(fieldsOf).join(', ')}.`)
}

function withColumns(mapping: Mapping, given: readonly string[], columns: readonly string[]): Mapping {
  const own = given.map(pair => {
    const at = pair.indexOf('=')
    if (at < 1) throw refuse(`--map "${pair}" must be FIELD=COLUMN, such as number=HOUSE_NO.`)
    const named = pair.slice(at + 1).split('+')
    const unknown = named.find(column => !columns.includes(column))
    if (unknown !== undefined)
      throw refuse(`--map "${pair}": the file has no column "${unknown}". It has ${columns.join(', ')}.`)
    return [pair.slice(0, at), named] as const
  })
  const merged = { kind: mapping.kind, columns: { ...mapping.columns, ...Object.fromEntries(own) } }
  const read = v.safeParse(mappingSchema, merged)
  if (read.success) return merged as Mapping
  throw refuse(`--map: ${mapping.kind} have the fields ${fieldsOf[mapping.kind].join(', ')}.`)
}

function mappingLines({ columns, facts = {} }: Mapping): string[] {
  return [
    ...Object.entries(columns).map(([field, names]) => `  ${field}: ${names.join(' + ')}`),
    ...Object.entries(facts).map(([column, name]) => `  fact "${name}": ${column}`),
  ]
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

function rejectsFile(path: string | undefined) {
  const file = path === undefined ? undefined : createWriteStream(path)
  file?.write(REJECTS_HEADING)
  return {
    write: (rejects: readonly Reject[]) => void file?.write(rejectLines(rejects)),
    async end() {
      file?.end()
      if (file) await once(file, 'finish')
    },
  }
}

function outcomeLines(
  region: string,
  source: string,
  { added, changed, removed, unchanged, rejected, resumedAfter }: Awaited<ReturnType<typeof importPlaces>>,
  rejects: string | undefined,
): string[] {
  const counts = [`${added} added`, `${changed} changed`, `${removed} removed`, `${unchanged} unchanged`]
  return [
    ...(resumedAfter > 0 ? [`went on after record ${resumedAfter}`] : []),
    ...(rejected > 0 && rejects !== undefined ? [`wrote ${count(rejected, 'reject')} to ${rejects}`] : []),
    `${region}: ${source}: ${counts.join(', ')}, ${rejected} rejected`,
  ]
}
