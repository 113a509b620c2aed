import * as v from 'valibot'
import { asProblem } from '../core/problem.ts'
import { isEmail } from '../core/text.ts'
import { checks } from '../monitoring/doctor/checks.ts'
import { type Check, type Examined, examine, fault, ok, reasonOf } from '../monitoring/doctor/examine.ts'
import { nodePlatform } from '../platform/node/platform.ts'
import { readEnvironment } from '../platform/node/settings.ts'
import type { Platform } from '../platform/platform.ts'
import { command, refuse, type Terminal } from './command.ts'
import { count, hasDatabases } from './configuration.ts'

export const doctor = command({
  name: 'doctor',
  summary:
    'Check settings, secrets, databases, jobs, email, storage and more, and say how to mend each fault',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'Ask the deployment at this address, such as a Worker, to check itself. Needs METRICS_TOKEN',
    },
    'send-test': { type: 'string', value: 'ADDRESS', help: 'Send an email there, to see that it arrives' },
    strict: { type: 'boolean', help: 'Exit code 1 for warnings too' },
  },
  async run(terminal, { options }) {
    const { url, 'send-test': address, strict = false } = options
    if (url !== undefined && address !== undefined) throw refuse('--send-test does not work with --url.')
    if (address !== undefined && !isEmail(address))
      throw refuse(`--send-test "${address}" is not an email address.`)
    const results = url === undefined ? await examineHere(terminal, address) : await askThere(terminal, url)
    const all = results.flatMap(({ findings }) => findings)
    const of = (level: string) => all.filter(finding => finding.level === level).length
    const [faults, warnings] = [of('fault'), of('warning')]
    return {
      ok: faults === 0 && !(strict && warnings > 0),
      lines: [...results.flatMap(linesOf), `${count(faults, 'fault')}, ${count(warnings, 'warning')}`],
      json: { faults, warnings, results },
    }
  },
})

function linesOf({ check, findings }: Examined): string[] {
  return findings.flatMap(({ level, what, mend }) => [
    `${level.padEnd(7)}  ${check}: ${what}`,
    ...(mend === undefined ? [] : [`         ${mend}`]),
  ])
}

const SHOWN_EVERY = 500

async function examineHere(terminal: Terminal, address: string | undefined): Promise<readonly Examined[]> {
  if (!hasDatabases(terminal)) throw refuse('There are no databases yet. Start the server first.')
  const environment = readEnvironment(terminal.env)
  const platform = nodePlatform({
    ...environment,
    environment: terminal.env,
    // To look makes none.
    mayMakeSecrets: false,
    now: terminal.now,
    log: () => {},
  })
  try {
    const chosen = address === undefined ? checks : [...checks, testEmail(address)]
    return await examine(platform, chosen, (check, done, total) => {
      if (done % SHOWN_EVERY === 0 && done < total) terminal.err(`${check}: ${done} of ${total}\n`)
    })
  } finally {
    await platform.close()
  }
}

const testEmail = (to: string): Check => ({
  name: 'test email',
  async run({ mail, publicUrl, clock }: Platform) {
    const mend = 'Read the log of the mail server.'
    try {
      const outcome = await mail.send({
        to,
        from: 'Countyline',
        subject: 'Test of Countyline',
        text: `This is a test of the emails of ${publicUrl}. It has arrived; there is nothing to do.`,
        id: `test-${clock.now()}`,
      })
      return [
        outcome === 'sent'
          ? ok('The mail server has taken it.')
          : fault(`The server said: ${outcome}.`, mend),
      ]
    } catch (error) {
      return [fault(`It was not sent: ${reasonOf(error)}`, mend)]
    }
  },
})

const level = v.picklist(['ok', 'warning', 'fault'])
const answer = v.object({
  results: v.array(
    v.object({
      check: v.string(),
      findings: v.array(v.object({ level, what: v.string(), mend: v.optional(v.string()) })),
    }),
  ),
})

const WITHIN_MILLISECONDS = 5 * 60_000

async function askThere({ env }: Terminal, url: string): Promise<readonly Examined[]> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw refuse(`--url "${url}" is not a URL.`)
  const token = env.METRICS_TOKEN
  if (!token) throw refuse('Set METRICS_TOKEN to the secret of that deployment.')
  const { host } = new URL(url)
  const there = await fetch(new URL('/doctor', url), {
    headers: { authorization: `Bearer ${token}` },
    // The token is for this host only.
    redirect: 'manual',
    signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
  }).catch(error => {
    throw refuse(`${host} does not answer (${asProblem(error).slug}).`)
  })
  if (there.status === 404) throw refuse(`${host} has no METRICS_TOKEN, or an older version.`)
  if (there.status === 403) throw refuse(`${host} has another METRICS_TOKEN.`)
  const read = v.safeParse(answer, await there.json().catch(() => undefined))
  if (!read.success) throw refuse(`${host} answered ${there.status}, and not what a doctor says.`)
  return read.output.results.map(({ check, findings }) => ({
    check,
    findings: findings.map(({ mend, ...finding }) => (mend === undefined ? finding : { ...finding, mend })),
  }))
}
