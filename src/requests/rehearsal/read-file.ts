import { readGeoReportRequests, textOf } from '../../core/georeport/document.ts'
import { readInstant } from '../../core/input.ts'
import { problem } from '../../core/problem.ts'
import { cleanLine } from '../../core/text.ts'
import { type ByteSource, firstBytes } from '../../places/import/bytes.ts'
import { openTable } from '../../places/import/open.ts'
import { UnreadableFile } from '../../places/import/unreadable.ts'
import type { PastRequest } from '../../routing/rehearsal/rehearsal.ts'

// Past requests in a file: a table whose columns are named as in GeoReport, or a list that a GeoReport server answered.

export interface FileOptions {
  /** Of local times. */
  readonly zone: string
  /** For requests without a time. */
  readonly now: number
}

interface Columns {
  readonly service: string
  readonly lat: string
  readonly long: string
  readonly time: string
  readonly address: string
  readonly id: string
}

type Values = Readonly<Record<string, unknown>>

/** In batches. Throws `bad-request` for a file that cannot be read as requests, naming the column that it lacks. */
export async function* requestsIn(
  source: ByteSource,
  options: FileOptions,
): AsyncGenerator<readonly PastRequest[]> {
  const head = new TextDecoder().decode(await firstBytes(source, 64)).replace(/^\uFEFF/, '')
  if (/^\s*[[{<]/.test(head)) {
    const requests = readGeoReportRequests(await textIn(source))
    const columns = columnsOf(requests.slice(0, 1000).flatMap(request => Object.keys(request)))
    yield requests.map((request, index) => pastRequest(request, columns, index + 1, options))
    return
  }
  yield* requestsInTable(source, options)
}

async function* requestsInTable(
  source: ByteSource,
  options: FileOptions,
): AsyncGenerator<readonly PastRequest[]> {
  const table = await openTable(source)
  if ('why' in table) throw refused(source, table)
  let columns: Columns | undefined
  try {
    for await (const records of table.records()) {
      const whole = records.find(({ fault }) => fault === undefined)
      columns ??= whole && columnsOf(Object.keys(whole.values))
      const known = columns
      yield records.map(({ values, number, fault }) =>
        known === undefined || fault !== undefined
          ? unreadable(number)
          : pastRequest(values, known, number, options),
      )
    }
  } catch (error) {
    throw error instanceof UnreadableFile ? refused(source, error.refusal) : error
  }
}

function refused({ name }: ByteSource, { why, repair }: { readonly why: string; readonly repair: string }) {
  return problem('bad-request', { detail: `${name}: ${why}. ${repair}.` })
}

async function textIn(source: ByteSource): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of source.read()) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

function columnsOf(names: readonly string[]): Columns {
  const find = (...accepted: readonly string[]) =>
    names.find(name => accepted.includes(name.trim().toLowerCase()))
  const required = (...accepted: readonly string[]) => {
    const [shown] = accepted
    const found = find(...accepted)
    if (found !== undefined) return found
    throw problem('bad-request', { detail: `The file has no column "${shown}".` })
  }
  return {
    service: required('service_code'),
    lat: required('lat', 'latitude'),
    long: required('long', 'lon', 'lng', 'longitude'),
    time: find('requested_datetime') ?? '',
    address: find('address', 'address_string') ?? '',
    id: find('service_request_id', 'id') ?? '',
  }
}

function pastRequest(
  values: Values,
  columns: Columns,
  number: number,
  { zone, now }: FileOptions,
): PastRequest {
  const written = (column: string) => textOf(values, column).trim()
  const [lat, long] = [written(columns.lat), written(columns.long)]
  const time = readInstant('requested_datetime', written(columns.time), zone)
  return {
    id: cleanLine(written(columns.id)) || `#${number}`,
    inquiry: {
      service: written(columns.service),
      place: lat === '' && long === '' ? null : { lat: degrees(lat), long: degrees(long) },
      accuracy: 0,
      at: time.errors.length > 0 ? Number.NaN : (time.value ?? now),
      answers: {},
      urgent: false,
    },
    address: cleanLine(written(columns.address)) || null,
    isPrivate: false,
  }
}

function degrees(written: string): number {
  return written === '' ? Number.NaN : Number(written)
}

// A line that is no record of the table: it counts as a request that nobody can route.
function unreadable(number: number): PastRequest {
  const inquiry = { service: '', place: null, accuracy: 0, at: Number.NaN, answers: {}, urgent: false }
  return { id: `#${number}`, inquiry, address: null, isPrivate: false }
}
