import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { NodePlatform } from '../../platform/node/platform.ts'
import type { Environment } from '../../platform/node/settings.ts'
import { command, refuse, type Terminal } from '../command.ts'
import { count, hasDatabases, withPlatform } from '../configuration.ts'
import { makeBackup, type Progress } from './backup.ts'
import { listBackups, type Manifest, readManifest } from './manifest.ts'
import { openStore } from './store.ts'
import { verifyBackup } from './verify.ts'

const PROGRESS_MILLISECONDS = 2_000
const SECRETS = ['MASTER_KEY', 'DATABASE_KEY', 'SIGNING_KEY']

const placeHelp = 'A folder, or s3://BUCKET/PREFIX with S3_ENDPOINT and AWS_… in the environment'
const backupOption = {
  type: 'string',
  value: 'ID',
  help: 'This backup (default: the newest complete one)',
} as const

export const backupCommand = command({
  name: 'backup create',
  summary: 'Copy all databases and photos of a running deployment; can be interrupted and run again',
  options: { to: { type: 'string', value: 'PLACE', required: true, help: placeHelp } },
  run: (terminal, { options: { to } }) =>
    withPlatform(terminal, async (platform, environment) => {
      if (!hasDatabases(terminal)) throw refuse('This deployment has no databases yet.')
      const store = openStore(to, platform, environment)
      const manifest = await makeBackup(platform, store, progressOn(terminal))
      return {
        ok: manifest.missing.length === 0,
        lines: [
          `${manifest.id}: ${described(manifest)} in ${store.name}`,
          ...manifest.missing.map(({ database, reason }) => `not copied: ${database}: ${reason}`),
          'Not in the backup: the secrets, without which nobody can read it. Keep copies of these elsewhere:',
          ...secretNames(platform, environment).map(name => `  ${name}`),
        ],
        json: { ...manifest, secrets: secretNames(platform, environment) },
      }
    }),
})

export const listBackupsCommand = command({
  name: 'backup list',
  summary: 'List the backups in a place, and when each was made',
  options: { in: { type: 'string', value: 'PLACE', required: true, help: placeHelp } },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, environment) => {
      const store = openStore(options.in, platform, environment)
      const found: { id: string; manifest: Manifest | undefined }[] = []
      for (const { id, isComplete } of await listBackups(store))
        found.push({ id, manifest: isComplete ? await readManifest(store, id) : undefined })
      const json = found.map(({ id, manifest }) => ({
        id,
        isComplete: manifest !== undefined,
        ...(manifest && {
          startedAt: manifest.startedAt,
          finishedAt: manifest.finishedAt,
          missing: manifest.missing,
        }),
      }))
      if (found.length === 0) return { ok: true, lines: [`There are no backups in ${store.name}.`], json }
      const lines = found.map(({ id, manifest }) =>
        manifest === undefined
          ? `${id}  interrupted: cannot be restored, can be deleted`
          : `${id}  ${described(manifest)}${manifest.missing.length > 0 ? `, ${manifest.missing.length} missing` : ''}`,
      )
      return { ok: true, lines, json }
    }),
})

export const verifyBackupCommand = command({
  name: 'backup verify',
  summary: 'Read a backup and check every database and photo in it',
  options: {
    in: { type: 'string', value: 'PLACE', required: true, help: placeHelp },
    backup: backupOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, environment) => {
      const store = openStore(options.in, platform, environment)
      const manifest = await readManifest(store, options.backup)
      const faults = await verifyBackup(platform, store, manifest, progressOn(terminal))
      return {
        ok: faults.length === 0,
        lines:
          faults.length === 0
            ? [`${manifest.id}: ${described(manifest)}: all as it was written`]
            : faults.map(({ what, reason }) => `${what}: ${reason}`),
        json: { id: manifest.id, faults },
      }
    }),
})

function described({ databases, photos }: Manifest): string {
  const all = photos.reduce((sum, list) => sum + list.count, 0)
  const bytes = [...databases, ...photos].reduce((sum, each) => sum + each.bytes, 0)
  return `${count(databases.length, 'database')} and ${count(all, 'photo')}, ${Math.ceil(bytes / 1e6)} MB`
}

/** Names only. */
function secretNames({ secrets }: NodePlatform, { dataDir }: Environment): string[] {
  let named: string[] = []
  try {
    named = readdirSync(join(dataDir, 'secrets')).filter(name => /^[A-Z][A-Z0-9_]+$/.test(name))
  } catch {
    // All are in the environment.
  }
  return [...new Set([...SECRETS.filter(name => secrets.get(name) !== undefined), ...named])].sort()
}

export function progressOn({ err, now }: Terminal): Progress {
  let saidAt = now()
  return (what, done, of) => {
    if (now() - saidAt < PROGRESS_MILLISECONDS) return
    saidAt = now()
    err(`${what}: ${done} of ${of}\n`)
  }
}
