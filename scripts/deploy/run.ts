import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unstable_readConfig } from 'wrangler'
import { cloudflareAccount } from './cloudflare.ts'
import { writeNewSettings } from './new-settings.ts'
import { readSettings, type Settings, SettingsFaults, secretsFor } from './settings.ts'

/*
 * `npm run deploy`: from a settings file to a worker that answers, on Cloudflare (docs/deploy.md). Every step may be
 * stopped and repeated. Databases are migrated before the worker that needs them is deployed.
 */

const USAGE = `npm run deploy -- --env production --settings FILE            check, make what is missing, migrate, deploy
npm run deploy -- --env production --settings FILE --dry-run  check and bundle only; sends nothing
npm run deploy -- --new FILE                                  a new settings file with fresh keys`

const ENVIRONMENTS = ['production', 'staging'] as const
const ANSWERED_MILLISECONDS = 120_000
type Consumer = { readonly queue: string; readonly dead_letter_queue?: string }

const AGAIN_MILLISECONDS = 1_000

try {
  await main()
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.error(error instanceof SettingsFaults || process.env.DEBUG === undefined ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      settings: { type: 'string' },
      new: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  })
  if (values.new !== undefined) {
    writeNewSettings(values.new)
    console.log(`${values.new} has fresh keys. Fill in the rest (docs/deploy.md), then run npm run deploy.`)
    return
  }
  const environment = ENVIRONMENTS.find(name => name === values.env)
  if (environment === undefined || values.settings === undefined) throw new Error(USAGE)
  const { settings, warnings } = readSettings(values.settings, environment)
  step('settings are complete')
  for (const warning of warnings) console.log(`  ${warning}`)
  run('npm', ['run', '-s', 'build'])
  wrangler(settings, ['deploy', '--dry-run', '--minify', '--env', environment])
  step('the worker is built')
  if (values['dry-run']) return
  await provide(settings, environment)
  run('node', ['dist/cli.js', 'migrate'], forTheCommand(settings))
  step('databases are migrated')
  deploy(settings, environment)
  step('the worker is deployed')
  await untilItAnswers(settings.PUBLIC_URL.replace(/\/$/, ''))
  step(`it answers at ${settings.PUBLIC_URL}`)
}

function step(text: string): void {
  console.log(`✓ ${text}`)
}

async function provide(settings: Settings, environment: string): Promise<void> {
  const cloudflare = cloudflareAccount(settings.CLOUDFLARE_ACCOUNT_ID, settings.CLOUDFLARE_API_TOKEN)
  await cloudflare.checkAccess()
  step('Cloudflare accepts the token')
  const config = unstable_readConfig({ config: 'wrangler.toml', env: environment })
  for (const { bucket_name: name } of config.r2_buckets) {
    if (name !== undefined) step(`bucket ${name}${(await cloudflare.addBucket(name)) ? ' is new' : ''}`)
  }
  const queues = (config.queues.consumers ?? []).flatMap((consumer: Consumer) =>
    consumer.dead_letter_queue === undefined
      ? [consumer.queue]
      : [consumer.queue, consumer.dead_letter_queue],
  )
  for (const name of queues) step(`queue ${name}${(await cloudflare.addQueue(name)) ? ' is new' : ''}`)
}

// The settings are sent with the version that needs them, so that no version runs with another one's.
function deploy(settings: Settings, environment: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-deploy-'))
  try {
    const secrets = join(folder, 'secrets.json')
    writeFileSync(secrets, JSON.stringify(secretsFor(settings)), { mode: 0o600 })
    const domains = (settings.DOMAINS ?? '').split(',').filter(name => name.trim() !== '')
    wrangler(settings, [
      'deploy',
      '--minify',
      '--env',
      environment,
      '--secrets-file',
      secrets,
      '--message',
      commit(),
      ...domains.flatMap(name => ['--domain', name.trim()]),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'no commit'
}

function wrangler({ CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN }: Settings, args: readonly string[]): void {
  run('wrangler', args, { CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN, CI: '1' })
}

function forTheCommand({ CLOUDFLARE_API_TOKEN: _, ...settings }: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** Shows what the program says only if it fails. */
function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  try {
    execFileSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(
      `${stdout}${stderr}\n${program} ${args[0]} failed. Mend that, and run npm run deploy again.`,
    )
  }
}

async function get(url: string): Promise<{ ok: boolean; status: number; text: string } | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    return { ok: answer.ok, status: answer.status, text: await answer.text() }
  } catch {
    return undefined
  }
}

async function untilItAnswers(url: string): Promise<void> {
  const end = performance.now() + ANSWERED_MILLISECONDS
  const { commit: sent } = JSON.parse(readFileSync('src/core/build-info.json', 'utf8'))
  let last = 'no answer'
  while (performance.now() < end) {
    const [ready, health] = await Promise.all([`${url}/readyz`, `${url}/healthz`].map(get))
    const serving = health?.ok ? JSON.parse(health.text).commit : undefined
    if (ready?.ok && serving === sent) return
    if (ready !== undefined) last = `${ready.status} ${ready.text.slice(0, 300)}`
    if (ready?.ok) last = `it is still version ${serving}`
    await new Promise(resolve => setTimeout(resolve, AGAIN_MILLISECONDS))
  }
  throw new Error(
    `The worker is deployed, but ${url}/readyz does not answer that it is ready: ${last}. docs/deploy.md says how to go back.`,
  )
}
