import { translator } from '../../core/i18n.ts'
import type { Units } from '../../core/measures.ts'
import { fileSource } from '../../platform/node/byte-source.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { startOfDay } from '../../regions/runtime/calendar.ts'
import { beginOwn, continueOwn, lastYear, type Past } from '../../requests/rehearsal/own.ts'
import { requestsIn } from '../../requests/rehearsal/read-file.ts'
import { EXAMPLES_PER_CELL, trialOf } from '../../requests/rehearsal/trial.ts'
import { formatStep } from '../../routing/format.ts'
import {
  countMoved,
  emptyRehearsal,
  type Rehearsal,
  rehearse,
  roles,
  sortedCells,
  type Trial,
} from '../../routing/rehearsal/rehearsal.ts'
import type { TraceStep } from '../../routing/types.ts'
import { command, refuse } from '../command.ts'
import {
  appliedSnapshot,
  asOption,
  count,
  loadRegions,
  operatorOf,
  readSlug,
  validationResult,
  withPlatform,
} from '../configuration.ts'

/** For scripts: the documents are good, and some requests would go to another body. */
export const SOMETHING_MOVES = 3

export const rehearseCommand = command({
  name: 'rehearse',
  summary: 'Route past requests again, by the documents and by what is in force, and list what would move',
  options: {
    region: { type: 'string', value: 'R', required: true, help: 'The region' },
    tenants: { type: 'string', value: 'DIR', help: 'The folder of the documents (default: TENANTS_DIR)' },
    requests: {
      type: 'string',
      value: 'FILE',
      help: 'CSV, or JSON or XML of GeoReport (default: the region’s own requests)',
    },
    since: {
      type: 'string',
      value: 'DAY',
      help: 'The first day of the region’s own requests (default: a year ago)',
    },
    on: {
      type: 'string',
      value: 'DAY',
      help: 'Route as on this day only (default: today, and when the two differ by date)',
    },
    examples: { type: 'string', value: 'N', help: `Examples for each pair (default: ${EXAMPLES_PER_CELL})` },
    as: asOption,
  },
  run: async (terminal, { options }) => {
    const region = readSlug('--region', options.region)
    const env = options.tenants === undefined ? {} : { TENANTS_DIR: options.tenants }
    const here = { ...terminal, env: { ...terminal.env, ...env } }
    const operator = operatorOf(options.as)
    return withPlatform(here, async platform => {
      const [read] = await loadRegions(here, region, platform)
      if (read?.documents === undefined)
        return {
          ok: false,
          lines: read ? validationResult(read) : [],
          json: { region, ok: false, issues: read?.issues },
        }
      const current = await appliedSnapshot(platform, region)
      if (current === undefined) throw refuse(`No region "${region}" has been applied.`)
      const now = platform.clock.now()
      const trial = trialOf(current, read.documents, now, {
        day: readDay('--on', options.on),
        examplesPerCell: readExamples(options.examples),
      })
      const zone = read.documents.region.timezone
      const since = readDay('--since', options.since)
      const past = since === undefined ? lastYear(now) : { since: startOfDay(since, zone), until: now }
      const rehearsal =
        options.requests === undefined
          ? await rehearseOwn(platform, { region, trial, past, operator })
          : await rehearseFile(options.requests, trial, { zone, now })
      const units = read.documents.region.units ?? 'us'
      return {
        ok: true,
        exitCode: rehearsal.moved > 0 ? SOMETHING_MOVES : 0,
        lines: rehearsalLines(rehearsal, trial.days, units),
        json: {
          region,
          ok: true,
          version: current.version,
          days: trial.days,
          ...rehearsalJson(rehearsal, units),
        },
      }
    })
  },
})

interface Own {
  readonly region: string
  readonly trial: Trial
  readonly past: Past
  readonly operator: string
}

async function rehearseOwn(
  platform: NodePlatform,
  { region, trial, past, operator }: Own,
): Promise<Rehearsal> {
  const access = { kind: 'system', reason: 'rehearsal', operator } as const
  let progress = await beginOwn(platform, access, region, past)
  while (progress.left.length > 0) progress = await continueOwn(platform, access, { region, trial }, progress)
  return progress.rehearsal
}

async function rehearseFile(
  path: string,
  trial: Trial,
  options: { readonly zone: string; readonly now: number },
): Promise<Rehearsal> {
  const rehearsal = emptyRehearsal()
  for await (const requests of requestsIn(await fileSource(path), options))
    rehearse(rehearsal, trial, requests)
  return rehearsal
}

function readDay(option: string, written: string | undefined): string | undefined {
  if (written === undefined) return undefined
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(written) && !Number.isNaN(Date.parse(written))
  if (isDay && new Date(written).toISOString().startsWith(written)) return written
  throw refuse(`${option} "${written}" is no day. Write 2027-01-01.`)
}

function readExamples(written: string | undefined): number | undefined {
  if (written === undefined) return undefined
  if (/^\d{1,2}$/.test(written)) return Number(written)
  throw refuse(`--examples "${written}" must be a number from 0 to 99.`)
}

const titles = {
  accountable: 'Responsible agency',
  performer: 'Who does the work',
  desk: 'Who to contact',
} as const

const reasonTexts = {
  'unknown-service': 'neither version has their service',
  'no-location': 'they have no location',
  'unusable-location': 'their location is not on Earth',
  'unusable-time': 'their time cannot be read',
  nobody: 'nobody is responsible there',
  'map-unavailable': 'the map could not be read',
} as const

function rehearsalLines(rehearsal: Rehearsal, days: readonly string[], units: Units): string[] {
  const { total, moved, matrices, unrouted } = rehearsal
  const lines = [`${count(total, 'request')} routed again for ${days.join(', ')}. ${moved} would move`]
  for (const role of roles) {
    const cells = sortedCells(matrices[role])
    if (cells.length === 0) continue
    lines.push('', `${titles[role]}: ${count(countMoved(cells), 'request')}`)
    for (const { from, to, count: moves, days: byDay, examples } of cells) {
      const when = Object.keys(byDay).sort().join(', ')
      lines.push(`  ${String(moves).padStart(6)}  ${from.name} → ${to.name} from ${when}`)
      if (role !== 'accountable') continue
      for (const example of examples) {
        const at = example.place === null ? '' : ` at ${example.place.lat}, ${example.place.long}`
        lines.push(`          ${example.id} (${example.service})${at}`)
        lines.push(`            now:  ${traceText(example.from.trace, units)}`)
        lines.push(`            then: ${traceText(example.to.trace, units)}`)
      }
    }
  }
  const reasons = Object.entries(unrouted) as [keyof typeof reasonTexts, number][]
  if (reasons.length > 0) lines.push('', 'Not routed by either version:')
  for (const [reason, requests] of reasons)
    lines.push(`  ${String(requests).padStart(6)}  ${reasonTexts[reason]}`)
  return lines
}

function traceText(trace: readonly TraceStep[], units: Units): string {
  return trace.map(step => formatStep(translator('en'), units, step)).join(' ')
}

function rehearsalJson({ matrices, ...counts }: Rehearsal, units: Units) {
  const withTexts = <Side extends { readonly trace: readonly TraceStep[] }>(side: Side) => ({
    ...side,
    trace: side.trace.map(step => ({ ...step, text: formatStep(translator('en'), units, step) })),
  })
  const matrix = (role: (typeof roles)[number]) =>
    sortedCells(matrices[role]).map(({ examples, ...cell }) => ({
      ...cell,
      examples: examples.map(({ from, to, ...example }) => ({
        ...example,
        from: withTexts(from),
        to: withTexts(to),
      })),
    }))
  return {
    ...counts,
    accountable: matrix('accountable'),
    performer: matrix('performer'),
    desk: matrix('desk'),
  }
}
