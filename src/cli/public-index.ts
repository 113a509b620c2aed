import { listDatabases } from '../regions/versions/migrate.ts'
import { rebuildPublicIndex } from '../requests/list/rebuild.ts'
import { command, refuse } from './command.ts'
import { count, orNothingYet, readSlug, withPlatform } from './configuration.ts'

export const rebuildPublicIndexCommand = command({
  name: 'public-index rebuild',
  summary: 'Make the shared map and list anew from the logs of the jurisdictions',
  options: {
    region: { type: 'string', value: 'R', required: true, help: 'The region' },
    jurisdiction: { type: 'string', value: 'J', help: 'Only what this jurisdiction has (default: all)' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const region = readSlug('--region', options.region)
      const json: { jurisdiction: string; requests: number; unknown: readonly string[] }[] = []
      for (const name of await orNothingYet(() => listDatabases(platform), [])) {
        if (name.kind !== 'tenant' || name.region !== region) continue
        if (options.jurisdiction !== undefined && options.jurisdiction !== name.slug) continue
        json.push({ jurisdiction: name.slug, ...(await rebuildPublicIndex(platform, region, name.slug)) })
      }
      if (json.length === 0) throw refuse('Jurisdiction not found.')
      const lines = json.map(
        ({ jurisdiction, requests, unknown }) =>
          `${jurisdiction}: ${count(requests, 'public request')}${unknown.length > 0 ? `, ${unknown.length} removed that it does not have` : ''}`,
      )
      return { ok: true, lines, json }
    }),
})
