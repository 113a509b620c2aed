import { hasRetiredKeys, renewDataKey, rewrapKeys } from '../core/encryption.ts'
import { asProblem } from '../core/problem.ts'
import {
  openForKeys,
  reencryptLater,
  reencryptNext,
  removeRetiredKeys,
  type Walk,
} from '../core/reencrypt.ts'
import { rotateSigningKey } from '../people/signing-keys.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { type DatabaseName, databaseLabel } from '../platform/platform.ts'
import { listDatabases } from '../regions/migrate.ts'
import { encryptedTables } from '../requests/encrypted.ts'
import { command, type Report, refuse, type Terminal } from './command.ts'
import { count, orNothingYet, withPlatform } from './configuration.ts'

export const rotateKeysCommand = command({
  name: 'keys rotate',
  summary: 'Put new keys in the place of old ones, while the server runs; may be stopped and run again',
  options: {
    master: { type: 'boolean', help: 'The master key, which wraps the data keys of all databases' },
    data: { type: 'boolean', help: 'The data keys: contact details are encrypted anew' },
    databases: { type: 'boolean', help: 'The key of the database files, which are written anew' },
    signing: { type: 'boolean', help: 'The keys that sign access tokens; those that are out stay good' },
    jurisdiction: { type: 'string', value: 'J', help: 'With --data: only of this jurisdiction' },
    region: { type: 'string', value: 'R', help: 'With --data: only of this region and its jurisdictions' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { master, data, databases, signing, jurisdiction, region } = options
      if (!master && !data && !databases && !signing)
        throw refuse('Say which keys: --master, --data, --databases or --signing.')
      if (!data && (jurisdiction ?? region) !== undefined)
        throw refuse('--jurisdiction and --region go with --data.')
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
        if (chosen.length === 0) throw refuse('No such database. Run countyline apply first.')
        reports.push(await rotateData(platform, terminal, chosen))
      }
      return {
        ok: reports.every(({ ok }) => ok),
        lines: reports.flatMap(({ lines }) => lines),
        json: Object.assign({}, ...reports.map(({ json }) => json)),
      }
    }),
})

type Keyed = Exclude<DatabaseName, { kind: 'directory' }>

async function known(platform: NodePlatform): Promise<Keyed[]> {
  const all = await orNothingYet(() => listDatabases(platform), [])
  return all.filter(name => name.kind !== 'directory')
}

/** Whoever wraps a key at this moment has read the old master key: that is heard of in the next look. */
const LOOK_AGAIN_MILLISECONDS = 1_000

/** Every data key is wrapped by the new master key; only then the old one is forgotten. */
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
    terminal.err(`master key: ${count(wrapped, 'data key')} wrapped anew\n`)
    if (!isQuiet) await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS))
  }
  if (wrapped === 0 && failed.length === 0 && platform.secrets.get('MASTER_KEY_PREVIOUS') === undefined)
    throw refuse(
      'Nothing has changed. Set the new key as MASTER_KEY and the one till now as MASTER_KEY_PREVIOUS, for the server and here.',
    )
  if (failed.length === 0) platform.secrets.forgetPrevious('MASTER_KEY')
  return {
    ok: failed.length === 0,
    lines: [
      ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
      failed.length === 0
        ? `${count(wrapped, 'data key')} wrapped by the new master key. MASTER_KEY_PREVIOUS is needed no more.`
        : 'The old master key is kept as MASTER_KEY_PREVIOUS. Run this again.',
    ],
    json: { master: { wrapped, failed } },
  }
}

async function rotateData(
  platform: NodePlatform,
  terminal: Terminal,
  names: readonly Keyed[],
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
  return {
    ok: failed.length === 0 && unreadable === 0,
    lines: [
      ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
      ...(unreadable === 0 ? [] : [`${count(unreadable, 'row')} left as they are: no key here opens them.`]),
      `${count(rows, 'row')} of ${count(names.length, 'database')} encrypted anew. Old keys go within hours, once nothing needs them.`,
    ],
    json: { data: { rows, unreadable, failed } },
  }
}

/** What an earlier run has left is finished first; that was the rotation, then. */
async function rotateDatabase(platform: NodePlatform, name: Keyed, onProgress: (rows: number) => void) {
  const db = openForKeys(platform, name)
  const tables = encryptedTables[name.kind]
  const done = { rows: 0, unreadable: 0 }
  const walkThrough = async () => {
    const walk: Walk = { table: 0, after: 0 }
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
    await renewDataKey(platform, db, reencryptLater(platform.clock.now()))
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
    lines: [`${count(regions.length, 'region')} will sign by a new key.`],
    json: { signing: { regions: regions.length } },
  }
}

/** What the server has open it writes anew itself, when it next starts. */
function rotateFiles(platform: NodePlatform, terminal: Terminal): Report {
  const { embedded, secrets } = platform
  if (embedded === undefined) throw refuse('The databases are on a server: their files are its own.')
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
        ? [`${count(labels.length, 'file')} under the new key. DATABASE_KEY_PREVIOUS is needed no more.`]
        : [
            `${count(labels.length - waiting.length, 'file')} under the new key.`,
            `${count(waiting.length, 'file')} in use by the server: it writes them anew when it next starts. Then run this again.`,
          ],
    json: { databases: { files: labels.length, waiting } },
  }
}

const words = {
  current: 'is under the key in use',
  rewritten: 'written anew',
  'open-elsewhere': 'is in use',
} as const
