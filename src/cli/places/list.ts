import { openPlaces, openPublicPlaces, type PlacesReader } from '../../core/database/handles.ts'
import { listPlaceSources, removePlaceSource } from '../../places/index/import.ts'
import { searchIndex } from '../../places/index/search.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { hasPlaces } from '../../regions/versions/migrate.ts'
import { command, refuse } from '../command.ts'
import { count, orNothingYet, readSlug, withPlatform } from '../configuration.ts'

export const inRegion = { type: 'string', required: true, value: 'R', help: 'The region' } as const

export const listPlacesCommand = command({
  name: 'places list',
  summary: 'List the imported sources of addresses, streets, common places and districts',
  options: { region: inRegion },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const sources = await placeSources(platform, region)
      return {
        ok: true,
        lines: [...sources.map(sourceLine), `${region}: ${count(sources.length, 'source')}`],
        json: { region, sources },
      }
    }),
})

type Source = Awaited<ReturnType<typeof listPlaceSources>>[number]

function sourceLine({ name, kind, file, records, rejected, startedAt, finishedAt }: Source): string {
  const about = `${name}: ${kind} of ${file}`
  return finishedAt === null
    ? `${about}, begun ${day(startedAt)}, not finished after ${count(records, 'record')}: import the file again, or remove ${name}`
    : `${about}, imported ${day(finishedAt)}, ${count(records, 'record')}, ${rejected} rejected`
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

export const removePlacesCommand = command({
  name: 'places remove',
  summary: 'Remove a source with all that was imported from it. Importing its file again brings it back',
  operands: ['SOURCE'],
  options: { region: inRegion },
  run: (terminal, { options, operands: [source = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const names = (await placeSources(platform, region)).map(({ name }) => name)
      if (!names.includes(source)) {
        const held = names.length === 0 ? 'It has none' : `It has ${names.join(', ')}`
        throw refuse(`${region} has no source "${source}". ${held}.`)
      }
      await removePlaceSource(openPlaces(platform, { kind: 'system', reason: 'import' }, region), source)
      return { ok: true, lines: [`${region}: removed ${source}`], json: { region, removed: source } }
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

/** Of a region; none where nothing has been imported. */
export function placeSources(platform: NodePlatform, region: string): Promise<readonly Source[]> {
  return orNoPlaces(platform, region, db => listPlaceSources(db), [])
}

async function orNoPlaces<T>(
  platform: NodePlatform,
  region: string,
  work: (db: PlacesReader) => Promise<T>,
  nothing: T,
): Promise<T> {
  const isThere = await orNothingYet(() => hasPlaces(platform, region), false)
  return isThere ? work(openPublicPlaces(platform, region)) : nothing
}
