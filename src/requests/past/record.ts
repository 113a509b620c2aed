import { textOf } from '../../core/georeport/document.ts'
import type { Translate } from '../../core/i18n.ts'
import { readInstant } from '../../core/input.ts'
import { cleanLine, cleanText, MAX_LINE, shortened } from '../../core/text.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import type { Status } from '../schema.ts'
import type { PastField, PastMapping } from './columns.ts'

/** A request of another system, as it is to be kept here. */
export interface PastRequest {
  readonly externalId: string
  readonly service: string
  readonly status: Extract<Status, 'acknowledged' | 'in_progress' | 'closed'>
  readonly openedAt: number
  readonly closedAt: number | null
  readonly updatedAt: number
  readonly place: { readonly lat: number; readonly long: number } | null
  readonly address: string | null
  readonly zipcode: string | null
  readonly description: string
  readonly notes: string | null
}

export type RefusalCode =
  | 'row'
  | 'no-id'
  | 'long-id'
  | 'service'
  | 'opened'
  | 'future'
  | 'time'
  | 'status'
  | 'place'
  | 'nowhere'

/** Why a row cannot be taken, for the file of rejects. */
export interface Refusal {
  readonly code: RefusalCode
  /** What it is about, as it is written there. */
  readonly value: string
}

export function refusalText(t: Translate, { code, value }: Refusal): string {
  return t(`past-refused-${code}`, { value })
}

export interface Reading {
  readonly region: Region
  readonly jurisdiction: string
  readonly mapping: PastMapping
  /** Milliseconds since 1970: nothing happened later. */
  readonly now: number
}

const MAX_DESCRIPTION = 4_000
const MAX_ID = 120

/** One row, or why it cannot be taken. */
export function readPast(values: Readonly<Record<string, unknown>>, reading: Reading): PastRequest | Refusal {
  const { region, jurisdiction, mapping, now } = reading
  const written = (field: PastField) => {
    const column = mapping.columns[field]
    return column === undefined ? '' : unquoted(textOf(values, column)).trim()
  }
  const externalId = cleanLine(written('id'))
  if (externalId === '') return refused('no-id')
  if (externalId.length > MAX_ID) return refused('long-id', String(MAX_ID))
  const service = serviceOf(region, jurisdiction, mapping, written('service'))
  if (service === undefined) return refused('service', written('service'))
  const zone = region.documents.region.timezone
  const time = (field: PastField) => {
    const text = written(field)
    return text === '' ? undefined : (readInstant(field, localForm(text), zone).value ?? Number.NaN)
  }
  const opened = time('opened')
  if (opened === undefined || Number.isNaN(opened)) return refused('opened')
  if (opened > now) return refused('future')
  const [closed, updated] = [time('closed'), time('updated')]
  if (Number.isNaN(closed) || Number.isNaN(updated)) return refused('time')
  const status = statusOf(written('status'), closed !== undefined)
  if (status === undefined) return refused('status', written('status'))
  const ended = Math.min(now, Math.max(opened, closed ?? updated ?? opened))
  const place = placeOf(written('lat'), written('long'))
  if (place === undefined) return refused('place')
  const address = cleanLine(written('address')).slice(0, MAX_LINE)
  if (place === null && address === '') return refused('nowhere')
  return {
    externalId,
    service,
    status,
    openedAt: opened,
    closedAt: status === 'closed' ? ended : null,
    updatedAt: Math.min(now, Math.max(ended, updated ?? opened)),
    place,
    address: address || null,
    zipcode: cleanLine(written('zipcode')).slice(0, 20) || null,
    description: shortened(cleanText(written('description')), MAX_DESCRIPTION),
    notes: shortened(cleanText(written('notes')), MAX_DESCRIPTION) || null,
  }
}

function refused(code: RefusalCode, value = ''): Refusal {
  return { code, value: shortened(value, 60) }
}

// Files of rejects have this mark before what a spreadsheet would run, such as a longitude in the west.
function unquoted(written: string): string {
  return written.replace(/^'(?=[=+\-@\t\r])/, '')
}

/** Our code for their name of a service: by the mapping, its code, or its name in any language of the region. */
export function serviceOf(
  region: Region,
  jurisdiction: string,
  { services }: PastMapping,
  written: string,
): string | undefined {
  const mapped = (Object.hasOwn(services, written) ? services[written] : undefined) ?? written
  const offered = region.servicesOffered(jurisdiction)
  const isNamed = (name: string) => name.toLowerCase() === mapped.toLowerCase()
  const { languages } = region.documents.region
  const found =
    offered.find(({ code }) => code === mapped) ??
    offered.find(({ name }) => languages.some(language => isNamed(localizedText(name, language))))
  return found?.code
}

const statuses: Readonly<Record<PastRequest['status'], RegExp>> = {
  closed: /^(?:closed|complete|completed|resolved|done|fixed|cancell?ed|duplicate|archived)\b/i,
  in_progress: /^(?:in[ _-]?progress|assigned|in process|investigating|scheduled|work(?:ing)?)\b/i,
  acknowledged: /^(?:open|opened|new|submitted|received|acknowledged|pending|reopened)\b/i,
}

function statusOf(written: string, hasEnded: boolean): PastRequest['status'] | undefined {
  if (written === '') return hasEnded ? 'closed' : 'acknowledged'
  const names = Object.keys(statuses) as PastRequest['status'][]
  return names.find(name => statuses[name].test(written))
}

// Undefined: not on Earth. Null: none given; many systems write 0, 0 for that.
function placeOf(lat: string, long: string): PastRequest['place'] | undefined {
  if (lat === '' && long === '') return null
  const place = { lat: Number(lat), long: Number(long) }
  if (lat === '' || long === '' || !Number.isFinite(place.lat) || !Number.isFinite(place.long))
    return undefined
  if (place.lat === 0 && place.long === 0) return null
  return Math.abs(place.lat) <= 90 && Math.abs(place.long) <= 180 ? place : undefined
}

/** US dates, as spreadsheets write them: `7/4/2025 3:05 PM` is `2025-07-04T15:05:00`. */
function localForm(written: string): string {
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?)?$/i.exec(
    written,
  )
  if (us === null) return written.replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, '$1T')
  const [, month = '', day = '', year = '', hour = '0', minute = '00', second = '00', half] = us
  const noon = half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0)
  const two = (part: string | number) => String(part).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${two(noon)}:${minute}:${second}`
}
