import { join } from 'node:path'
import { readMigrations } from '../platform/node/migrations.ts'
import { writeFiles } from '../platform/node-tenants.ts'
import { applyRegion } from '../regions/apply.ts'
import { type Plan, planGeoJson, planJson, planLines, planRegion } from '../regions/plan.ts'
import { command, refuse } from './command.ts'
import { appliedSnapshot, asOption, loadRegions, operatorOf, verdict, withPlatform } from './configuration.ts'
import { touchedCases, touchedLines } from './touched.ts'

const region = { type: 'string', value: 'R', help: 'Only this region (default: all in TENANTS_DIR)' } as const

export const validate = command({
  name: 'validate',
  summary: 'Check the documents of regions, and say what to mend',
  options: { region },
  run: async (terminal, { options }) => {
    const loaded = await loadRegions(terminal, options.region)
    const json = loaded.map(({ region, documents, faults }) => ({
      region,
      ok: documents !== undefined,
      faults,
    }))
    return { ok: json.every(({ ok }) => ok), lines: loaded.flatMap(verdict), json }
  },
})

export const plan = command({
  name: 'plan',
  summary: 'Show what apply would change: the documents, the ground, the open cases',
  options: {
    region,
    geojson: {
      type: 'string',
      value: 'FILE',
      help: 'Where to draw gaps and overlaps (default: in DATA_DIR)',
    },
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, { dataDir }) => {
      const lines: string[] = []
      const json: unknown[] = []
      const loaded = await loadRegions(terminal, options.region)
      if (options.geojson !== undefined && loaded.length > 1)
        throw refuse('--geojson draws one region: name it with --region.')
      for (const read of loaded) {
        const { region, draft, documents, faults } = read
        const ok = documents !== undefined
        lines.push(...verdict(read))
        if (draft === undefined) {
          json.push({ region, ok, faults })
          continue
        }
        const current = await appliedSnapshot(platform, region)
        const planned = planRegion(current, draft, platform.clock.now())
        const touched = await touchedCases(platform, current, draft, operatorOf(options.as))
        const drawn = await draw(planned, options.geojson ?? join(dataDir, `plan-${region}.geojson`))
        lines.push(...planLines(planned), ...(drawn ? [`  Look at them on a map: ${drawn}`] : []))
        lines.push(...touchedLines(touched))
        json.push({ region, ok, faults, ...planJson(planned), touched, geojson: drawn })
      }
      return { ok: loaded.every(({ documents }) => documents !== undefined), lines, json }
    }),
})

/** Writes what there is to look at; null: nothing. */
async function draw(planned: Plan, file: string): Promise<string | null> {
  const drawing = planGeoJson(planned)
  if (drawing.features.length === 0) return null
  await writeFiles('', new Map([[file, `${JSON.stringify(drawing)}\n`]]))
  return file
}

export const apply = command({
  name: 'apply',
  summary: 'Make the documents a new version of the configuration',
  options: { region, as: asOption },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const loaded = await loadRegions(terminal, options.region)
      const lines: string[] = []
      const json: unknown[] = []
      for (const read of loaded) {
        const { region, documents, faults } = read
        if (documents === undefined) {
          lines.push(...verdict(read))
          json.push({ region, ok: false, faults })
          continue
        }
        const by = `operator:${operatorOf(options.as)}`
        const { version, hash, changed } = await applyRegion(
          platform,
          readMigrations(),
          region,
          documents,
          by,
        )
        lines.push(`${region}: ${changed ? 'applied as version' : 'unchanged, version'} ${version}`)
        json.push({ region, ok: true, version, hash, changed, warnings: faults })
      }
      return { ok: loaded.every(({ documents }) => documents !== undefined), lines, json }
    }),
})
