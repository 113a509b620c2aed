import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { openTenant } from '../core/database/handles.ts'
import { readGeoReportRequests } from '../core/georeport/document.ts'
import { translator } from '../core/i18n.ts'
import { asProblem } from '../core/problem.ts'
import { firstBytes } from '../places/import/bytes.ts'
import { openTable } from '../places/import/open.ts'
import { UnreadableFile } from '../places/import/unreadable.ts'
import { fileSource } from '../platform/node/byte-source.ts'
import { readText } from '../platform/node/tenants.ts'
import { compileRegion } from '../regions/runtime/compile.ts'
import {
  isPastField,
  missingFields,
  offeredMapping,
  type PastMapping,
  pastFields,
  pastMapping,
} from '../requests/past/columns.ts'
import { importPast } from '../requests/past/import.ts'
import { type PastRequest, type Refusal, readPast, refusalText } from '../requests/past/record.ts'
import { rejectLine, rejectsHeading } from '../requests/past/rejects.ts'
import { command, refuse } from './command.ts'
import { appliedSnapshot, asOption, count, operatorOf, readSlug, withPlatform } from './configuration.ts'
import { linesFile } from './places/lines-file.ts'

type Values = Readonly<Record<string, unknown>>

/** One row of the file, or what is wrong with it. */
interface Row {
  readonly values: Values
  readonly fault?: Refusal | undefined
}

const BATCH = 100
const SHOW_EVERY = 1_000

export const importRequestsCommand = command({
  name: 'requests import',
  summary: 'Import past requests of an earlier system into a jurisdiction, as history or open as they were',
  operands: ['FILE'],
  options: {
    region: { type: 'string', value: 'R', required: true, help: 'The region' },
    jurisdiction: { type: 'string', value: 'J', required: true, help: 'The jurisdiction that keeps them' },
    source: { type: 'string', value: 'NAME', help: 'What to call the earlier system (default: earlier)' },
    map: {
      type: 'string',
      value: 'FIELD=COLUMN',
      multiple: true,
      help: `Which column holds a field: ${Object.keys(pastFields).join(', ')} (default: as in the last import, else as guessed)`,
    },
    service: {
      type: 'string',
      value: 'THEIRS=CODE',
      multiple: true,
      help: 'Our service code for their name of a service; remembered',
    },
    rejects: {
      type: 'string',
      value: 'CSV',
      help: 'Write what cannot be taken to this file, with the reasons',
    },
    'dry-run': { type: 'boolean', help: 'Only read, and say what would be taken' },
    as: asOption,
  },
  run: (terminal, { options, operands }) =>
    withPlatform(terminal, async (platform, { dataDir }) => {
      const [from = ''] = operands
      const slug = readSlug('--region', options.region)
      const jurisdiction = readSlug('--jurisdiction', options.jurisdiction)
      const snapshot = await appliedSnapshot(platform, slug)
      if (snapshot === undefined) throw refuse(`No region "${slug}" has been applied.`)
      const region = compileRegion(snapshot)
      if (region.jurisdiction(jurisdiction) === undefined)
        throw refuse(`The region has no jurisdiction "${jurisdiction}".`)
      const source = options.source ?? 'earlier'
      const remembered = join(dataDir, 'imports', `${slug}--${jurisdiction}--${fileNameOf(source)}.json`)
      const reason = `import:${operatorOf(options.as)}`
      const db = openTenant(platform, { kind: 'system', reason }, slug, jurisdiction)
      const rejects = linesFile(options.rejects)
      const counts = { read: 0, imported: 0, known: 0, rejected: 0 }
      const reasons = new Map<string, number>()
      let mapping: PastMapping | undefined
      let columns: readonly string[] = []
      const lines: string[] = []
      const refuseRow = (values: Values, refusal: Refusal) => {
        const why = refusalText(translator('en'), refusal)
        counts.rejected++
        reasons.set(why, (reasons.get(why) ?? 0) + 1)
        const cells = columns.map(name => textIn(values, name))
        rejects.write(rejectLine(columns, cells, why))
      }
      for await (const rows of rowsFrom(from)) {
        if (mapping === undefined) {
          columns = Object.keys(rows.find(({ fault }) => fault === undefined)?.values ?? {})
          mapping = await chooseMapping(remembered, columns, options)
          lines.push(
            'Columns:',
            ...Object.entries(mapping.columns).map(([field, name]) => `  ${field}: ${name}`),
          )
          rejects.write(rejectsHeading(columns))
        }
        const good: PastRequest[] = []
        for (const { values, fault } of rows) {
          counts.read++
          const reading = { region, jurisdiction, mapping, now: platform.clock.now() }
          const read = fault ?? readPast(values, reading)
          if ('code' in read) refuseRow(values, read)
          else good.push(read)
        }
        if (!options['dry-run']) {
          const done = await importPast(platform, db, region, { source, rows: good })
          counts.imported += done.imported
          counts.known += done.known
        }
        if (counts.read % SHOW_EVERY < rows.length) terminal.err(`${counts.read} read\n`)
      }
      rejects.end()
      if (mapping !== undefined && !options['dry-run']) {
        await mkdir(join(dataDir, 'imports'), { recursive: true })
        await writeFile(remembered, `${JSON.stringify(mapping, null, 2)}\n`)
      }
      const taken = counts.read - counts.rejected
      lines.push(
        ...[...reasons].map(([why, number]) => `  ${count(number, 'row')} not taken: ${why}`),
        options['dry-run']
          ? `${count(counts.read, 'row')} read, ${taken} would be taken, ${counts.rejected} rejected`
          : `${count(counts.read, 'row')} read, ${counts.imported} imported, ${counts.known} there before, ${counts.rejected} rejected`,
      )
      return { ok: true, lines, json: { region: slug, jurisdiction, source, mapping, ...counts } }
    }),
})

function textIn(values: Values, name: string): string {
  const value = values[name]
  return value === null || value === undefined || typeof value === 'object' ? '' : String(value)
}

function fileNameOf(source: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,47}$/.test(source)) return source
  throw refuse(`--source "${source}": use a–z, 0–9 and hyphens.`)
}

interface Given {
  readonly map?: readonly string[] | undefined
  readonly service?: readonly string[] | undefined
}

async function chooseMapping(file: string, columns: readonly string[], given: Given): Promise<PastMapping> {
  const offered = offeredMapping(await rememberedIn(file), columns)
  const pairs = (option: string, list: readonly string[] = []) =>
    list.map(pair => {
      const at = pair.indexOf('=')
      if (at < 1) throw refuse(`${option} "${pair}" must be NAME=VALUE.`)
      return [pair.slice(0, at), pair.slice(at + 1)] as [string, string]
    })
  const own = pairs('--map', given.map)
  for (const [field, column] of own) {
    if (!isPastField(field))
      throw refuse(`--map "${field}": the fields are ${Object.keys(pastFields).join(', ')}.`)
    if (!columns.includes(column))
      throw refuse(`--map "${column}": the file has the columns ${columns.join(', ')}.`)
  }
  const mapping = {
    columns: { ...offered.columns, ...Object.fromEntries(own) },
    services: { ...offered.services, ...Object.fromEntries(pairs('--service', given.service)) },
  }
  const missing = missingFields(mapping)
  if (missing.length > 0)
    throw refuse(
      `Which column holds ${missing.join(' and ')}? Add --map. The file has ${columns.join(', ')}.`,
    )
  return mapping
}

async function rememberedIn(file: string): Promise<PastMapping | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return v.parse(pastMapping, JSON.parse(text))
  } catch {
    throw refuse(`${file} is damaged. Remove it.`)
  }
}

async function* rowsFrom(from: string): AsyncGenerator<readonly Row[]> {
  const source = await fileSource(from)
  const head = new TextDecoder().decode(await firstBytes(source, 64)).replace(/^\uFEFF/, '')
  if (/^\s*[[{<]/.test(head)) {
    yield* inBatches(readGeoReportRequests(await readText(from)).map(values => ({ values })))
    return
  }
  const table = await openTable(source)
  if ('why' in table) throw refuse(`${from}: ${table.why}. ${table.repair}.`)
  try {
    for await (const records of table.records())
      yield* inBatches(
        records.map(({ values, fault, line }) => ({
          values,
          fault: fault && ({ code: 'row', value: String(line ?? '') } as const),
        })),
      )
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw asProblem(error)
    throw refuse(`${from}: ${error.refusal.why}. ${error.refusal.repair}.`)
  }
}

function* inBatches(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH)
}
