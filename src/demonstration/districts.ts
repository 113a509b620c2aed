import { openPlaces } from '../core/database/handles.ts'
import type { FileRecord, Table } from '../places/import/table.ts'
import { importPlaces, listPlaceSources } from '../places/index/import.ts'
import type { Platform } from '../platform/platform.ts'
import type { DemoDistrict } from '../regions/documents/schemas/demonstration.ts'
import { localDay } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'

/** Imports the districts of the document as if from files, each set once. */
export async function seedDistricts(platform: Platform, region: Region): Promise<void> {
  const districts = region.documents.demonstration?.districts ?? []
  if (districts.length === 0) return
  const db = openPlaces(platform, { kind: 'system', reason: 'demo' }, region.slug)
  const known = await listPlaceSources(db)
  const now = platform.clock.now()
  for (const [source, own] of Map.groupBy(districts, ({ set }) => set)) {
    if (known.some(({ name, finishedAt }) => name === source && finishedAt !== null)) continue
    const records = own.flatMap(recordsOf).map((record, index) => ({ ...record, number: index + 1 }))
    const facts = new Set(own.flatMap(({ facts = {} }) => Object.keys(facts)))
    await importPlaces(
      db,
      {
        source,
        file: { name: 'demonstration.yaml', size: records.length },
        table: tableOf(records),
        mapping: {
          kind: 'districts',
          columns: own.some(({ holders }) => holders) ? { ...columns, ...holderColumns } : columns,
          facts: Object.fromEntries([...facts].map(name => [name, name])),
        },
        survey: { records: records.length, rows: records.length, rejects: {}, notices: [], positions },
        now,
        today: localDay(now, region.documents.region.timezone),
      },
      { progress() {}, rejects() {} },
    )
  }
}

const positions = {
  toDegrees: (position: readonly [number, number, ...number[]]) => position,
  isSwapped: false,
}
const column = (name: string) => [`:${name}`]
const columns = {
  name: column('name'),
  days: column('days'),
  week: column('week'),
}
const holderColumns = {
  holder: column('holder'),
  phone: column('phone'),
  email: column('email'),
  from: column('from'),
  to: column('to'),
}

/** One for each holder. */
function recordsOf({
  name,
  outline,
  days,
  week,
  facts,
  holders = [{}],
}: DemoDistrict): Omit<FileRecord, 'number'>[] {
  const [first] = outline
  const ring = first === undefined ? [] : [...outline, first]
  return holders.map(holder => ({
    values: {
      ...facts,
      ':name': name,
      ':days': days,
      ':week': week,
      ':holder': holder.name,
      ':phone': holder.phone,
      ':email': holder.email,
      ':from': holder.from,
      ':to': holder.to,
    },
    geometry: { type: 'Polygon', coordinates: [ring] },
  }))
}

function tableOf(records: readonly FileRecord[]): Table {
  return {
    format: 'demonstration',
    records: async function* () {
      yield records
    },
  }
}
