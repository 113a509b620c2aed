import { hasRetiredKeys, renewDataKey, rewrapKeys } from '../../core/encryption/fields.ts'
import { confirmMasterKey } from '../../core/encryption/master-key.ts'
import {
  enqueueReencryption,
  openForKeys,
  type ReencryptionCursor,
  reencryptKind,
  reencryptNext,
  removeRetiredKeys,
} from '../../core/encryption/reencrypt.ts'
import { asProblem } from '../../core/problem.ts'
import { rotateSigningKey } from '../../identity/programs/signing-keys.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { databaseLabel, type WorkDatabaseName } from '../../platform/platform.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import { command, type Report, refuse, type Terminal } from '../command.ts'
import { count, orNothingYet, withPlatform } from '../configuration.ts'

export const rotateKeysCommand = command({
  name: 'keys rotate',
  summary: 'Replace keys while the server runs; can be interrupted and run again',
  options: {
    master: { type: 'boolean', help: 'Master key, which encrypts the data keys of all databases' },
    data: {
      type: 'boolean',
      help: 'Data keys. Contact details are encrypted again now, photos by a job of the server',
    },
    databases: { type: 'boolean', help: 'The key of the database files; they are written again' },
    signing: { type: 'boolean', help: 'The keys that sign access tokens; issued tokens stay valid' },
    jurisdiction: { type: 'string', value: 'J', help: 'With --data: only of this jurisdiction' },
    region: { type: 'string', value: 'R', help: 'With --data: only of this region and its jurisdictions' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { master, data, databases, signing, jurisdiction, region } = options
      if (!master && !data && !databases && !signing)
        throw refuse('Name the keys to replace: --master, --data, --databases or --signing.')
      if (!data && (jurisdiction ?? region) !== undefined)
        throw refuse('Use --jurisdiction and --region only with --data.')
      const reports: Report[] = []
      if (databases) reports.push(rotateFiles(platform, terminal))
      if (master) reports.push(await rotateMaster(platform, terminal))
      if (signing) reports.push(await rotateSigning(platform))
      if (data) {
        const chosen = (await known(platform)).filter(
          name =>
            (region === undefined || name.region === region) &&
            (jurisdiction === undefined || (name.kind === 'tenant' && name.slug === jurisdiction)),
        )
        if (chosen.length === 0) throw refuse('There is no such database. Run countyline apply first.')
        reports.push(await rotateData(platform, terminal, chosen))
      }
      return {
        ok: reports.every(({ ok }) => ok),
        lines: reports.flatMap(({ lines }) => lines),
        json: Object.assign({}, ...reports.map(({ json }) => json)),
      }
    }),
})

function known(platform: NodePlatform): Promise<readonly WorkDatabaseName[]> {
  return orNothingYet(() => listDatabases(platform), [])
}

/** A process that is wrapping a key now may have read the old master key; the next pass finds that key. */
const RECHECK_MILLISECONDS = 1_000

async function rotateMaster(platform: NodePlatform, terminal: Terminal): Promise<Report> {
  platform.secrets.renew('MASTER_KEY')
  const names = await known(platform)
  const failed: { database: string; error: string }[] = []
  let wrapped = 0
  for (let isQuiet = false; !isQuiet && failed.length === 0; ) {
    let found = 0
    for (const name of names) {
      try {
        found += await rewrapKeys(platform, openForKeys(platform, name))
      } catch (error) {
        failed.push({ database: databaseLabel(name), error: asProblem(error).message })
      }
    }
    wrapped += found
    isQuiet = found === 0
    terminal.err(`master key: ${count(wrapped, 'data key')} wrapped again\n`)
    if (!isQuiet) await new Promise(resolve => setTimeout(resolve, RECHECK_MILLISECONDS))
  }
  if (wrapped === 0 && failed.length === 0 && platform.secrets.get('MASTER_KEY_PREVIOUS') === undefined)
    throw refuse(
      'The key is the same as before. Set the new one as MASTER_KEY and the old one as MASTER_KEY_PREVIOUS, for the server and for this command.',
    )
  if (failed.length === 0) {
    await confirmMasterKey(platform)
    platform.secrets.forgetPrevious('MASTER_KEY')
  }
  return {
    ok: failed.length === 0,
    lines: [
      ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
      failed.length === 0
        ? `${count(wrapped, 'data key')} wrapped by the new master key. MASTER_KEY_PREVIOUS is no longer needed.`
        : 'The old master key is still needed as MASTER_KEY_PREVIOUS. Run this command again.',
    ],
    json: { master: { wrapped, failed } },
  }
}

async function rotateData(
  platform: NodePlatform,
  terminal: Terminal,
  names: readonly WorkDatabaseName[],
): Promise<Report> {
  const failed: { database: string; error: string }[] = []
  let rows = 0
  let unreadable = 0
  for (const name of names) {
    const label = databaseLabel(name)
    try {
      const done = await rotateDatabase(platform, name, so => terminal.err(`${label}: ${count(so, 'row')}\n`))
      rows += done.rows
      unreadable += done.unreadable
    } catch (error) {
      failed.push({ database: label, error: asProblem(error).message })
    }
  }
  const regions = names
    .filter(name => name.kind === 'region' && !failed.some(({ database }) => database === name.region))
    .map(({ region }) => region)
  return {
    ok: failed.length === 0 && unreadable === 0,
    lines: [
      ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
      ...(unreadable === 0 ? [] : [`${count(unreadable, 'row')} not changed: no key here can decrypt them.`]),
      `${count(rows, 'row')} of ${count(names.length, 'database')} encrypted again. The old keys are removed within hours, once nothing needs them.`,
      ...(regions.length === 0
        ? []
        : [
            `Photos of ${count(regions.length, 'region')} are encrypted again by the server, in the background (job ${reencryptKind.kind}). The old key is kept until that is done.`,
          ]),
    ],
    json: { data: { rows, unreadable, failed, photosInBackground: regions } },
  }
}

/** Finishes an earlier, interrupted rotation first; that then was the rotation. */
async function rotateDatabase(
  platform: NodePlatform,
  name: WorkDatabaseName,
  onProgress: (rows: number) => void,
) {
  const db = openForKeys(platform, name)
  // Loaded late: only this takes the whole app.
  const { registry } = await import('../../create-app.ts')
  const tables = registry.encryptedTables[name.kind]
  const done = { rows: 0, unreadable: 0 }
  const walkThrough = async () => {
    const walk: ReencryptionCursor = { table: 0, after: 0 }
    for (;;) {
      const step = await reencryptNext(platform, db, tables, walk)
      if (step === undefined) return
      done.rows += step.rows
      done.unreadable += step.unreadable
      onProgress(done.rows)
    }
  }
  if (await hasRetiredKeys(platform, db)) await walkThrough()
  if (done.rows === 0) {
    await renewDataKey(platform, db, enqueueReencryption(platform.clock.now()))
    await walkThrough()
  }
  await removeRetiredKeys(platform, db)
  return done
}

async function rotateSigning(platform: NodePlatform): Promise<Report> {
  const regions = (await known(platform)).filter(({ kind }) => kind === 'region')
  for (const { region } of regions) await rotateSigningKey(platform, region)
  return {
    ok: true,
    lines: [`${count(regions.length, 'region')} will sign with a new key.`],
    json: { signing: { regions: regions.length } },
  }
}

/** Files that the server has open are re-encrypted by the server at its next start. */
function rotateFiles(platform: NodePlatform, terminal: Terminal): Report {
  const { embedded, secrets } = platform
  if (embedded === undefined)
    throw refuse('The databases are on a libSQL server. This command works on files only.')
  secrets.renew('DATABASE_KEY')
  const labels = embedded.labels()
  const waiting: string[] = []
  for (const [index, label] of labels.entries()) {
    const state = embedded.rewrite(label)
    if (state === 'open-elsewhere') waiting.push(label)
    terminal.err(`${index + 1} of ${labels.length}: ${label} ${words[state]}\n`)
  }
  if (waiting.length === 0) secrets.forgetPrevious('DATABASE_KEY')
  return {
    ok: true,
    lines:
      waiting.length === 0
        ? [`${count(labels.length, 'file')} under the new key. DATABASE_KEY_PREVIOUS is no longer needed.`]
        : [
            `${count(labels.length - waiting.length, 'file')} under the new key.`,
            `${count(waiting.length, 'file')} in use by the server, which writes them again when it next starts. Run this command again after that.`,
          ],
    json: { databases: { files: labels.length, waiting } },
  }
}

const words = {
  current: 'already uses the current key',
  rewritten: 'written again',
  'open-elsewhere': 'is in use',
} as const
