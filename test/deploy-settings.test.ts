import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { writeNewSettings } from '../scripts/deploy/new-settings.ts'
import { readSettings, SettingsFaults, secretsFor, settingNames } from '../scripts/deploy/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'countyline-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const complete = {
  CLOUDFLARE_ACCOUNT_ID: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  CLOUDFLARE_API_TOKEN: 'a-token-of-cloudflare',
  PUBLIC_URL: 'https://311.county.example',
  DATABASE_URL: 'https://{name}-county.turso.example',
  DATABASE_TOKEN: 'a-token-of-the-databases',
  TURSO_ORGANIZATION: 'county',
  TURSO_GROUP: 'default',
  TURSO_API_TOKEN: 'a-token-of-turso',
  MASTER_KEY: 'hTq7Zk2mPx9Lw4Rv8Yc1Nb6Jd3Gf5Sa0',
  SIGNING_KEY: 'Ue2Wx8Kp4Qz7Mt1Vn9Bc5Hy3Lr6Dg0Fj',
  MAIL_URL: 'https://mail.example',
  MAIL_FROM: '311@county.example',
}

let files = 0
function fileOf(settings: Readonly<Record<string, string>>): string {
  const file = join(folder, `${files++}.env`)
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`)
  writeFileSync(file, lines.join('\n'), { mode: 0o600 })
  return file
}

function faultsOf(change: Readonly<Record<string, string>>, environment = 'production'): string {
  try {
    readSettings(fileOf({ ...complete, ...change }), environment)
    return ''
  } catch (error) {
    if (error instanceof SettingsFaults) return error.message
    throw error
  }
}

test('complete settings are taken; what is only for the command does not reach the worker', () => {
  const { settings, warnings } = readSettings(fileOf(complete), 'production')
  expect(warnings).toEqual([])
  expect(Object.keys(secretsFor(settings)).sort()).toEqual([
    'DATABASE_TOKEN',
    'DATABASE_URL',
    'MAIL_FROM',
    'MAIL_URL',
    'MASTER_KEY',
    'PUBLIC_URL',
    'SIGNING_KEY',
    'TURSO_API_TOKEN',
    'TURSO_GROUP',
    'TURSO_ORGANIZATION',
  ])
})

test('every setting that the worker reads may stand in the file', () => {
  const env = readFileSync('src/platform/workers.ts', 'utf8')
    .split('export interface Env {')[1]
    ?.split('\n}')[0]
  const read = [...(env ?? '').matchAll(/readonly ([A-Z0-9_]+)\?: string/g)].map(([, name]) => name)
  expect(read.length).toBeGreaterThan(10)
  expect(read.filter(name => name !== 'RATE_LIMITS' && !settingNames.includes(name ?? ''))).toEqual([])
})

test.each([
  [{ MASTER_KEY: '' }, 'MASTER_KEY is missing'],
  [{ MASTER_KEY: 'short' }, 'MASTER_KEY has fewer than 32 characters'],
  [{ SIGNING_KEY: 'a'.repeat(40) }, 'SIGNING_KEY repeats a few characters'],
  [{ SIGNING_KEY: complete.MASTER_KEY }, 'MASTER_KEY and SIGNING_KEY are the same'],
  [{ DATABASE_URL: 'http://127.0.0.1:8080' }, 'DATABASE_URL names this machine'],
  [{ DATABASE_URL: 'http://db.county.example' }, 'DATABASE_URL is not encrypted'],
  [{ DATABASE_URL: 'file:data.db' }, 'DATABASE_URL is not a URL'],
  [{ PUBLIC_URL: 'https://localhost:8311' }, 'PUBLIC_URL names this machine'],
  [{ PUBLIC_URL: 'https://county.example/311' }, 'PUBLIC_URL has more than a host'],
  [{ MAIL_FROM: '' }, 'MAIL_URL and MAIL_FROM go together'],
  [{ COUNTYLINE_DEMO: '1' }, 'COUNTYLINE_DEMO lets anyone sign in'],
  [{ MASTERKEY: 'x' }, 'MASTERKEY is not a setting'],
  [{ TURSO_GROUP: '' }, 'Set TURSO_GROUP too'],
  [{ TURSO_ORGANIZATION: '', TURSO_GROUP: '', TURSO_API_TOKEN: '' }, 'Nothing creates databases'],
])('production refuses %j', (change, words) => {
  expect(faultsOf(change)).toContain(words)
})

test('no fault shows a value', () => {
  const secret = 'hunter2hunter2'
  expect(faultsOf({ MASTER_KEY: secret, DATABASE_URL: secret, OTHER: secret })).not.toContain(secret)
})

test('a file that other accounts can read is refused, a missing one is named', () => {
  const file = fileOf(complete)
  chmodSync(file, 0o644)
  expect(() => readSettings(file, 'production')).toThrow(`chmod 600 ${file}`)
  expect(() => readSettings(join(folder, 'none'), 'production')).toThrow('cannot be read: ENOENT')
})

test('staging says what production would refuse', () => {
  const file = fileOf({ ...complete, DATABASE_URL: 'http://127.0.0.1:8080' })
  expect(readSettings(file, 'staging').warnings).toEqual([
    'DATABASE_URL names this machine, which Cloudflare cannot reach.',
  ])
})

test('a new file has two fresh keys, for its owner alone, and never replaces another', () => {
  const file = join(folder, 'new.env')
  writeNewSettings(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const faults = (() => {
    try {
      readSettings(file, 'production')
      return ''
    } catch (error) {
      return String(error)
    }
  })()
  expect(faults).not.toContain('_KEY')
  expect(faults).toContain('CLOUDFLARE_ACCOUNT_ID is missing')
  const before = readFileSync(file, 'utf8')
  expect(() => writeNewSettings(file)).toThrow('EEXIST')
  expect(readFileSync(file, 'utf8')).toBe(before)
})

test('every environment has the same bindings, and no setting of another deployment', () => {
  const kindsOf = (env: string) => {
    const config = unstable_readConfig({ config: 'wrangler.toml', env })
    const { r2_buckets: buckets, queues, kv_namespaces: spaces, vars, assets, triggers } = config
    expect(vars).toEqual({})
    return {
      buckets: buckets.map(({ binding }: { binding: string }) => binding),
      spaces: spaces.map(({ binding }: { binding: string }) => binding),
      producers: queues.producers?.map(({ binding }: { binding: string }) => binding),
      consumers: queues.consumers?.map((consumer: { queue: string; dead_letter_queue?: string }) => ({
        ...consumer,
        queue: '',
        dead_letter_queue: consumer.dead_letter_queue?.replace(consumer.queue, ''),
      })),
      assets,
      triggers,
    }
  }
  expect(kindsOf('staging')).toEqual(kindsOf(''))
  expect(kindsOf('production')).toEqual(kindsOf(''))
})
