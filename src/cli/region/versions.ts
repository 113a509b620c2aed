import { affectedCases } from '../../handoffs/automatic/affected.ts'
import { readMigrations } from '../../platform/node/databases/migrations.ts'
import { applyRegion } from '../../regions/versions/apply.ts'
import { listVersions, snapshotOfVersion } from '../../regions/versions/history.ts'
import { planJson, planLines, planRegion } from '../../regions/versions/plan/plan.ts'
import { planRequests } from '../../requests/rehearsal/plan-requests.ts'
import { command, refuse } from '../command.ts'
import {
  appliedSnapshot,
  asOption,
  operatorOf,
  readSlug,
  readWhy,
  whyOption,
  withPlatform,
} from '../configuration.ts'
import { affectedLines } from './affected.ts'

const HASH_DIGITS = 12
const region = { type: 'string', value: 'R', required: true, help: 'The region' } as const

export const versionsCommand = command({
  name: 'versions',
  summary: 'List the versions of a region’s configuration',
  options: { region },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { region, current } = await applied(platform, options.region)
      const versions = await listVersions(platform, region)
      const lines = versions.map(({ version, hash, appliedAt, appliedBy, why }) =>
        [
          String(version).padStart(5),
          new Date(appliedAt).toISOString().slice(0, 16).replace('T', ' '),
          hash.slice(0, HASH_DIGITS),
          appliedBy,
          ...(version === current.version ? ['(in force)'] : []),
          ...(why === null ? [] : [why]),
        ].join('  '),
      )
      return {
        ok: true,
        lines,
        json: versions.map(each => ({ ...each, inForce: each.version === current.version })),
      }
    }),
})

export const rollbackCommand = command({
  name: 'rollback',
  summary: 'Apply an earlier configuration again, as a new version',
  options: {
    region,
    to: { type: 'string', value: 'N', required: true, help: 'The version whose documents come back' },
    why: whyOption,
    'dry-run': { type: 'boolean', help: 'Only preview what would change' },
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { region, current } = await applied(platform, options.region)
      const number = /^[1-9]\d{0,8}$/.test(options.to) ? Number(options.to) : undefined
      const earlier = number === undefined ? undefined : await snapshotOfVersion(platform, region, number)
      if (earlier === undefined)
        throw refuse(`${region} has no version ${options.to}. See countyline versions --region ${region}.`)
      const { documents } = earlier
      const planned = planRegion(current, documents, terminal.now())
      const by = operatorOf(options.as)
      const affected = await affectedCases(platform, current, documents, by)
      const fell = await planRequests(platform, region, planned)
      const lines = [...planLines(planned, fell), ...affectedLines(affected)]
      const plan = { ...planJson(planned, fell), affected }
      if (options['dry-run']) return { ok: true, lines, json: { region, ok: true, ...plan } }
      const { version, hash, changed } = await applyRegion(platform, readMigrations(), region, documents, {
        by: `operator:${by}`,
        why: readWhy(options.why),
      })
      const result = changed
        ? `${region}: version ${version} in force, with the documents of version ${number}`
        : `${region}: unchanged, version ${version} has the same documents`
      return {
        ok: true,
        lines: [...lines, result],
        json: { region, ok: true, ...plan, version, hash, changed },
      }
    }),
})

async function applied(platform: Parameters<typeof appliedSnapshot>[0], given: string) {
  const region = readSlug('--region', given)
  const current = await appliedSnapshot(platform, region)
  if (current === undefined) throw refuse(`No region "${region}" has been applied.`)
  return { region, current }
}
