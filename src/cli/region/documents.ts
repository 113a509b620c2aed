import { join } from 'node:path'
import { affectedCases } from '../../handoffs/automatic/affected.ts'
import { readMigrations } from '../../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { writeFiles } from '../../platform/node/tenants.ts'
import { applyRegion } from '../../regions/versions/apply.ts'
import { type Plan, planGeoJson, planJson, planLines, planRegion } from '../../regions/versions/plan/plan.ts'
import { planRequests } from '../../requests/rehearsal/plan-requests.ts'
import { command, refuse } from '../command.ts'
import {
  appliedSnapshot,
  asOption,
  hasDatabases,
  loadRegions,
  operatorOf,
  readWhy,
  validationResult,
  whyOption,
  withPlatform,
} from '../configuration.ts'
import { affectedLines } from './affected.ts'
import { cancelHere } from './cancel-apply.ts'

const region = { type: 'string', value: 'R', help: 'Only this region (default: all in TENANTS_DIR)' } as const

export const validate = command({
  name: 'validate',
  summary: 'Check the configuration documents and list errors',
  options: { region },
  run: async (terminal, { options }) => {
    const load = (platform?: NodePlatform) => loadRegions(terminal, options.region, platform)
    const loaded = hasDatabases(terminal) ? await withPlatform(terminal, load) : await load()
    const json = loaded.map(({ region, documents, issues }) => ({
      region,
      ok: documents !== undefined,
      issues,
    }))
    return { ok: json.every(({ ok }) => ok), lines: loaded.flatMap(validationResult), json }
  },
})

export const plan = command({
  name: 'plan',
  summary: 'Preview what apply changes: documents, coverage and open requests',
  options: {
    region,
    geojson: {
      type: 'string',
      value: 'FILE',
      help: 'File for a map of gaps, overlaps and changed ground (default: in DATA_DIR)',
    },
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, { dataDir }) => {
      const lines: string[] = []
      const json: unknown[] = []
      const loaded = await loadRegions(terminal, options.region, platform)
      if (options.geojson !== undefined && loaded.length > 1)
        throw refuse('--geojson works for one region. Add --region.')
      for (const read of loaded) {
        const { region, draft, documents, issues } = read
        const ok = documents !== undefined
        lines.push(...validationResult(read))
        if (draft === undefined) {
          json.push({ region, ok, issues })
          continue
        }
        const current = await appliedSnapshot(platform, region)
        const planned = planRegion(current, draft, platform.clock.now())
        const affected = await affectedCases(platform, current, draft, operatorOf(options.as))
        const drawn = await draw(planned, options.geojson ?? join(dataDir, `plan-${region}.geojson`))
        const fell = await planRequests(platform, region, planned)
        lines.push(
          ...planLines(planned, fell),
          ...(drawn ? [`  Map of gaps, overlaps and changed ground: ${drawn}`] : []),
        )
        lines.push(...affectedLines(affected))
        json.push({ region, ok, issues, ...planJson(planned, fell), affected, geojson: drawn })
      }
      return { ok: loaded.every(({ documents }) => documents !== undefined), lines, json }
    }),
})

async function draw(planned: Plan, file: string): Promise<string | null> {
  const drawing = planGeoJson(planned)
  if (drawing.features.length === 0) return null
  await writeFiles('', new Map([[file, `${JSON.stringify(drawing)}\n`]]))
  return file
}

const SHOW_EVERY = 25
// Of databases that could not be made, each after ten seconds at most.
const RETRIES = 5

export const apply = command({
  name: 'apply',
  summary: 'Apply the documents as a new version of the configuration',
  options: {
    region,
    cancel: { type: 'boolean', help: 'Cancel what is being applied to --region and not yet in force' },
    why: whyOption,
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      if (options.cancel) return cancelHere(platform, options.region, `operator:${operatorOf(options.as)}`)
      const why = readWhy(options.why)
      const loaded = await loadRegions(terminal, options.region, platform)
      const lines: string[] = []
      const json: unknown[] = []
      for (const read of loaded) {
        const { region, documents, issues } = read
        if (documents === undefined) {
          lines.push(...validationResult(read))
          json.push({ region, ok: false, issues })
          continue
        }
        const by = `operator:${operatorOf(options.as)}`
        const { version, hash, changed } = await applyRegion(platform, readMigrations(), region, documents, {
          by,
          why,
          retries: RETRIES,
          onReady: (ready, needed) => {
            if (ready % SHOW_EVERY === 0 || ready === needed)
              terminal.err(`${region}: ${ready} of ${needed} databases are ready\n`)
          },
        })
        lines.push(`${region}: ${changed ? 'applied as version' : 'unchanged, version'} ${version}`)
        json.push({ region, ok: true, version, hash, changed, warnings: issues })
      }
      return { ok: loaded.every(({ documents }) => documents !== undefined), lines, json }
    }),
})
