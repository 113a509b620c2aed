import { Temporal } from 'temporal-polyfill'
import type { Place } from '../core/geometry.ts'
import { hashDocuments } from '../regions/documents/hash.ts'
import type { Snapshot } from '../regions/documents/snapshot.ts'
import { isSwapped } from '../regions/inquiry.ts'
import { compileRegion } from '../regions/runtime/compile.ts'
import { resolve } from '../routing/resolve.ts'
import type { BodyRef, Inquiry, Resolution } from '../routing/types.ts'
import { command, refuse, type Terminal } from './command.ts'
import { appliedSnapshot, loadRegions, validationResult, withPlatform } from './configuration.ts'

export const route = command({
  name: 'route',
  summary: 'Show the responsible agency for a service at a place and time, and why',
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region' },
    service: { type: 'string', required: true, value: 'S', help: 'The service code' },
    at: { type: 'string', required: true, value: 'LAT,LONG', help: 'The place, in degrees' },
    accuracy: { type: 'string', value: 'M', help: 'Radius of the location error in meters (default: 0)' },
    when: {
      type: 'string',
      value: 'ISO',
      help: "The instant, or a local time or date in the region's zone (default: now)",
    },
    answer: { type: 'string', value: 'K=V', multiple: true, help: 'An answer to a question' },
    urgent: { type: 'boolean', help: 'Urgent after triage' },
    documents: { type: 'boolean', help: 'Use the files in TENANTS_DIR instead of the applied configuration' },
  },
  run: async (terminal, { options }) => {
    const snapshot = await snapshotOf(terminal, options.region, options.documents ?? false)
    const region = compileRegion(snapshot)
    if (region.service(options.service) === undefined) {
      throw refuse(`${options.region} has no service "${options.service}".`)
    }
    const place = readAt(options.at)
    if (isSwapped(place, region.routing.atlas)) {
      throw refuse(`--at "${options.at}" may be in the wrong order. Enter the latitude first.`)
    }
    const inquiry: Inquiry = {
      service: options.service,
      place,
      accuracy: readAccuracy(options.accuracy),
      at:
        options.when === undefined
          ? terminal.now()
          : readWhen(options.when, snapshot.documents.region.timezone),
      answers: readAnswers(options.answer ?? []),
      urgent: options.urgent ?? false,
    }
    // Loaded late: only this command needs the texts of every language.
    const { resolutionView: resolutionText } = await import('../regions/routes.ts')
    const resolution = resolutionText(resolve(region.routing, inquiry), 'en', region.units)
    return { ok: true, lines: lines(resolution), json: resolution }
  },
})

async function snapshotOf(terminal: Terminal, region: string, byFiles: boolean): Promise<Snapshot> {
  const applied = byFiles
    ? undefined
    : await withPlatform(terminal, platform => appliedSnapshot(platform, region))
  if (applied) return applied
  const [read] = await loadRegions(terminal, region)
  if (!read?.documents)
    throw refuse(`the documents have errors.\n${read ? validationResult(read).join('\n') : ''}`)
  return { region, version: 0, hash: await hashDocuments(read.documents), documents: read.documents }
}

function readAt(written: string): Place {
  const parts = written.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)))
  const [lat = Number.NaN, long = Number.NaN] = parts
  if (parts.length !== 2 || Number.isNaN(lat) || Number.isNaN(long)) {
    throw refuse(`--at "${written}" must be latitude and longitude, such as 25.77,-80.19.`)
  }
  if (Math.abs(lat) > 90 || Math.abs(long) > 180) {
    throw refuse(`--at "${written}" is not on Earth. Enter the latitude first.`)
  }
  return { lat, long }
}

function readAccuracy(written = '0'): number {
  const meters = written.trim() === '' ? Number.NaN : Number(written)
  if (meters >= 0 && meters < Number.POSITIVE_INFINITY) return meters
  throw refuse(`--accuracy "${written}" must be a distance in meters.`)
}

function readWhen(written: string, zone: string): number {
  try {
    return Temporal.Instant.from(written).epochMilliseconds
  } catch {}
  try {
    return Temporal.PlainDateTime.from(written).toZonedDateTime(zone).epochMilliseconds
  } catch {
    throw refuse(
      `--when "${written}" is no time. Write 2026-07-01T08:30:00-04:00, 2026-07-01T08:30 or 2026-07-01.`,
    )
  }
}

function readAnswers(written: readonly string[]): Inquiry['answers'] {
  const answers = new Map<string, string[]>()
  for (const answer of written) {
    const equals = answer.indexOf('=')
    if (equals < 1) throw refuse(`--answer "${answer}" must be question=answer.`)
    const question = answer.slice(0, equals)
    answers.set(question, [...(answers.get(question) ?? []), answer.slice(equals + 1)])
  }
  return Object.fromEntries(
    [...answers].map(([question, given]) => [question, given.length === 1 ? (given[0] ?? '') : given]),
  )
}

type ResolutionText = Omit<Resolution, 'trace'> & {
  readonly reason: string
  readonly trace: readonly { readonly text: string }[]
}

function lines(resolution: ResolutionText): string[] {
  const { accountable, performer, desk, inform, confidence, question, basis, reason, trace, snapshot } =
    resolution
  return [
    reason,
    '',
    `accountable  ${named(accountable)} by ${basis}`,
    `performer    ${named(performer)}`,
    `desk         ${named(desk)}`,
    ...(inform.length > 0 ? [`informed     ${inform.map(named).join(', ')}`] : []),
    `confidence   ${confidence}`,
    ...(question?.options.map(
      ({ label, value, accountable }) => `  ${question.id}=${value}  ${label}: ${named(accountable)}`,
    ) ?? []),
    '',
    ...trace.map(({ text }, index) => `${index + 1}. ${text}`),
    '',
    `by ${snapshot}`,
  ]
}

function named({ name, id, kind }: BodyRef): string {
  return kind === 'none' ? name : `${name} (${kind} ${id})`
}
