import { recordRestoredSeals } from '../../audit/restored.ts'
import { openTenant } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import { type RestoreSettled, settleAfterRestore } from '../../handoffs/courier/after-restore.ts'
import { courierKind } from '../../handoffs/messages/messages.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { databaseLabel } from '../../platform/platform.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import { enqueueLogConsumers } from '../../requests/events.ts'
import { rebuildPublicIndex } from '../../requests/list/rebuild.ts'
import { command, type Report, refuse } from '../command.ts'
import { asOption, count, operatorOf, readSlug, withPlatform } from '../configuration.ts'
import { progressOn } from './commands.ts'
import { type Manifest, nameOf, readManifest } from './manifest.ts'
import {
  endRestore,
  type PlannedDatabase,
  planRestore,
  type RestoreChoice,
  type Restored,
  restoreDatabases,
} from './restore.ts'
import { openStore } from './store.ts'

const SHOWN = 20

export const restoreCommand = command({
  name: 'restore',
  summary: 'Restore a backup: into an empty deployment, or one region or jurisdiction of it',
  options: {
    from: {
      type: 'string',
      value: 'PLACE',
      required: true,
      help: 'Where the backup is: a folder, or s3://BUCKET/PREFIX',
    },
    backup: { type: 'string', value: 'ID', help: 'This backup (default: the newest complete one)' },
    region: { type: 'string', value: 'R', help: 'Only this region' },
    jurisdiction: { type: 'string', value: 'J', help: 'Only this jurisdiction of the region' },
    replace: {
      type: 'boolean',
      help: 'Undo what has happened since in databases that are there; a copy of each is kept',
    },
    'dry-run': { type: 'boolean', help: 'Say what would be restored, and change nothing' },
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, environment) => {
      const choice: RestoreChoice = {
        region: options.region === undefined ? undefined : readSlug('--region', options.region),
        jurisdiction:
          options.jurisdiction === undefined ? undefined : readSlug('--jurisdiction', options.jurisdiction),
        mayReplace: options.replace === true,
        operator: operatorOf(options.as),
      }
      if (choice.jurisdiction !== undefined && choice.region === undefined)
        throw refuse('Add its region: --region R.')
      const store = openStore(options.from, platform, environment)
      const manifest = await readManifest(store, options.backup)
      if (options['dry-run'])
        return planned(
          manifest,
          await planRestore(platform, environment, manifest, { ...choice, mayReplace: true }),
        )
      const progress = progressOn(terminal)
      const restored = await restoreDatabases({ platform, environment, store, manifest, progress }, choice)
      const settled = await settle(platform, restored)
      endRestore(environment)
      return report(manifest, restored, settled)
    }),
})

interface SettledRegion extends RestoreSettled {
  readonly region: string
  /** Public requests that the region had listed and that are lost. */
  readonly unknown: readonly string[]
  readonly lostSeals: number
}

async function settle(platform: NodePlatform, { databases }: Restored): Promise<SettledRegion[]> {
  const settled: SettledRegion[] = []
  const regions = new Set(databases.flatMap(({ region }) => region ?? []))
  const all = await listDatabases(platform)
  for (const slug of regions) {
    const jurisdictions = all.flatMap(name =>
      name.kind === 'tenant' && name.region === slug ? [name.slug] : [],
    )
    const isWhole = databases.some(({ kind, region }) => kind === 'region' && region === slug)
    const restored = new Set(
      databases.flatMap(({ kind, region, slug: own }) =>
        kind === 'tenant' && region === slug ? (own ?? []) : [],
      ),
    )
    const region = await currentRegion(platform, slug)
    const moves = await settleAfterRestore(platform, region, jurisdictions, restored)
    const unknown: string[] = []
    let lostSeals = 0
    for (const jurisdiction of isWhole ? jurisdictions : restored) {
      unknown.push(...(await rebuildPublicIndex(platform, slug, jurisdiction)).unknown)
      const db = openTenant(platform, { kind: 'system', reason: 'restore' }, slug, jurisdiction)
      lostSeals += await recordRestoredSeals(platform, db)
      const now = platform.clock.now()
      await db.commit([...enqueueLogConsumers(now), enqueueJob(courierKind, now)])
    }
    // Once more for what running servers had on its way when the database was replaced.
    const late = await settleAfterRestore(platform, region, jurisdictions, restored)
    settled.push({ region: slug, ...sumOf(moves, late), unknown, lostSeals })
  }
  return settled
}

function sumOf(first: RestoreSettled, second: RestoreSettled): RestoreSettled {
  return {
    redelivered: first.redelivered + second.redelivered,
    passed: [...first.passed, ...second.passed],
    ended: first.ended + second.ended,
  }
}

function planned(manifest: Manifest, databases: readonly PlannedDatabase[]): Report {
  return {
    ok: true,
    lines: [
      `${manifest.id} would be restored:`,
      ...databases.map(({ database, isLiving }) => {
        const requests =
          database.rows.request === undefined ? '' : `, ${count(database.rows.request, 'request')}`
        const living = isLiving ? '; in the place of the one that is there' : ''
        return `  ${databaseLabel(nameOf(database))}, as of ${database.at}${requests}${living}`
      }),
    ],
    json: {
      id: manifest.id,
      databases: databases.map(({ database: { rows: _, ...kept }, isLiving }) => ({ ...kept, isLiving })),
    },
  }
}

function report(
  manifest: Manifest,
  { databases, photos, kept }: Restored,
  settled: readonly SettledRegion[],
): Report {
  const oldest = databases.map(({ at }) => at).sort()[0] ?? manifest.startedAt
  return {
    ok: true,
    lines: [
      `Restored ${count(databases.length, 'database')} and ${count(photos, 'photo')} of ${manifest.id}, as of ${oldest}`,
      ...kept.map(file => `what was there is kept in ${file}`),
      ...manifest.missing.map(
        ({ database }) => `not in the backup, because it could not be copied: ${database}`,
      ),
      ...settled.flatMap(linesOf),
      'Start the server if it is stopped: its jobs deliver the messages. Then read what to do next in docs/backup.md.',
    ],
    json: {
      id: manifest.id,
      asOf: oldest,
      databases: databases.map(nameOf).map(databaseLabel),
      photos,
      kept,
      settled,
    },
  }
}

function linesOf({ region, redelivered, passed, ended, unknown, lostSeals }: SettledRegion): string[] {
  return [
    `${region}: ${count(redelivered, 'message')} will be delivered again, ${count(ended, 'offer')} ended`,
    ...passed.map(
      ({ caseId, from, to }) => `${region}: ${caseId} had been passed on by ${from}; ${to} holds it`,
    ),
    ...(unknown.length === 0
      ? []
      : [
          `${region}: ${count(unknown.length, 'public request')} filed since the backup are lost: ${unknown.slice(0, SHOWN).join(', ')}${unknown.length > SHOWN ? ', … (--json has all)' : ''}`,
        ]),
    ...(lostSeals === 0
      ? []
      : [`${region}: ${count(lostSeals, 'seal')} of the audit log are lost; audit verify will say so`]),
  ]
}
