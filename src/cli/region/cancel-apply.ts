import { cancelAndReopen } from '../../admin/changes/cancel.ts'
import { openRegion } from '../../core/database/handles.ts'
import { asProblem } from '../../core/problem.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { removeUnusedOf } from '../../regions/versions/cancel.ts'
import { type Report, refuse } from '../command.ts'
import { count, readSlug } from '../configuration.ts'

/** `countyline apply --cancel --region R` */
export async function cancelHere(
  platform: NodePlatform,
  chosen: string | undefined,
  by: string,
): Promise<Report> {
  if (chosen === undefined) throw refuse('--cancel works for one region. Add --region.')
  const region = readSlug('--region', chosen)
  try {
    const { slugs } = await cancelAndReopen(platform, region, { by, at: platform.clock.now() })
    const db = openRegion(platform, { kind: 'system', reason: 'configuration' }, region)
    const deleted = await removeUnusedOf(platform, db, slugs)
    const lines = [`${region}: cancelled, ${count(deleted, 'database')} deleted that only it needed`]
    return { ok: true, lines, json: { region, cancelled: true, deleted } }
  } catch (error) {
    if (asProblem(error).slug !== 'wrong-state') throw error
    throw refuse(`${region}: nothing is being applied, or it is in force already.`)
  }
}
