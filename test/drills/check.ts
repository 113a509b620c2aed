import { findingsOf } from './books.ts'
import { callAs, isReadable, numberIn, sendReport, TIMEOUT_MILLISECONDS, type WholeRequest } from './calls.ts'
import { forEach, type Outcome, pause, until } from './drill.ts'
import { acknowledgedIn, type Ledger, type Tally } from './ledger.ts'
import { answersOk } from './process.ts'
import type { World } from './world.ts'

const ANSWERED_MILLISECONDS = 30_000

/**
 * Describes everything that was acknowledged but cannot be found. A database is not called for two seconds after
 * a failed call, so whatever is answered with 503 is asked for again.
 */
export async function lostOf(world: World, url: string, ledger: Ledger): Promise<string[]> {
  const lost: string[] = []
  const lists = [...world.places.keys()].map(
    slug => `${url}/open311/v2/requests.json?jurisdiction_id=${slug}`,
  )
  const allAnswer = async () => (await Promise.all(lists.map(list => answersOk(list)))).every(Boolean)
  if (!(await until(allAnswer, ANSWERED_MILLISECONDS))) lost.push('a jurisdiction that does not answer')
  const end = performance.now() + ANSWERED_MILLISECONDS
  const inTime = (isFound: () => Promise<boolean>) => until(isFound, end - performance.now())
  await forEach(ledger.reports, async ({ id, channel, hasPhoto }) => {
    if (!(await inTime(() => isReadable(url, channel, id)))) lost.push(`report ${id} (${channel})`)
    else if (hasPhoto && !(await inTime(() => hasItsPhoto(url, id)))) lost.push(`photo of ${id}`)
  })
  await forEach(ledger.offers, async ({ id, sender }) => {
    const { status } = await readAs(world, url, sender, `handoffs/${id}?side=sender`)
    if (status !== 200) lost.push(`offer ${id}: ${status}`)
  })
  await forEach(ledger.answers, async ({ id, receiver, accepted }) => {
    const path = `handoffs/${id}?side=receiver`
    const { status, json } = await readAs<{ state: string }>(world, url, receiver, path)
    const possible = accepted ? ['accepted', 'granted', 'withdrawn', 'timed-out'] : ['refused', 'granted']
    if (!possible.includes(json.state)) lost.push(`answer to ${id}: ${status} ${json.state}`)
  })
  await forEach(ledger.changes, async ({ request, jurisdiction, text }) => {
    const { status, json } = await readAs<WholeRequest>(world, url, jurisdiction, `requests/${request}`)
    if (!json.timeline?.some(event => event.text === text))
      lost.push(`change of ${request}: ${text} (${status})`)
  })
  return lost
}

async function readAs<T>(
  world: World,
  url: string,
  jurisdiction: string,
  path: string,
): Promise<{ readonly status: number; readonly json: T }> {
  const end = performance.now() + ANSWERED_MILLISECONDS
  for (;;) {
    const { answer, json } = await callAs<T>(world, url, jurisdiction, 'GET', path)
    if (answer.status !== 503 || performance.now() > end) return { status: answer.status, json }
    await pause(200)
  }
}

async function hasItsPhoto(url: string, id: string): Promise<boolean> {
  const { photos = [] } = (await (await fetch(`${url}/api/v1/requests/${id}`)).json()) as {
    photos?: string[]
  }
  const [photo] = photos
  return photo !== undefined && answersOk(new URL(new URL(photo).pathname, url).href, TIMEOUT_MILLISECONDS)
}

const RECOVERY_MILLISECONDS = 120_000
let probes = 0

/** Seconds until all is as before; undefined: more than two minutes. */
export interface Recovery {
  /** Until it is ready and a report is filed. */
  readonly seconds: number | undefined
  /** Until jobs have put the report that was filed then on the public list. */
  readonly jobsSeconds: number | undefined
}

export async function secondsToServe(
  world: World,
  url: string,
  ledger: Ledger,
  since: number,
  at?: string,
): Promise<{ readonly id: string; readonly seconds: number } | undefined> {
  const end = performance.now() + RECOVERY_MILLISECONDS
  const [[jurisdiction, place] = []] = [...world.places].filter(([slug]) => at === undefined || slug === at)
  if (jurisdiction === undefined || place === undefined) throw new Error('the world has no place to report')
  const input = { name: `probe-${probes++}`, channel: 'json', jurisdiction, place, hasPhoto: false } as const
  while (performance.now() < end) {
    if (await answersOk(`${url}/readyz`)) {
      const id = await sendReport(world, url, input).then(
        answer => numberIn(answer, 'json'),
        () => undefined,
      )
      if (id !== undefined) {
        ledger.reports.push({ ...input, id })
        return { id, seconds: (performance.now() - since) / 1000 }
      }
    }
    await pause(50)
  }
  return undefined
}

export async function recoveryOf(
  world: World,
  url: string,
  ledger: Ledger,
  since: number,
  at?: string,
): Promise<Recovery> {
  const served = await secondsToServe(world, url, ledger, since, at)
  if (served === undefined) return { seconds: undefined, jobsSeconds: undefined }
  const isListedInTime = await until(() => isListed(world, url, served.id), RECOVERY_MILLISECONDS, 200)
  const jobsSeconds = isListedInTime ? (performance.now() - since) / 1000 : undefined
  return { seconds: served.seconds, jobsSeconds }
}

/** Whether this report, or one filed after it, has reached the public list. */
async function isListed(world: World, url: string, id: string): Promise<boolean> {
  const own = await read<{ requested_at: string }>(`${url}/api/v1/requests/${id}`)
  const list = await read<{ requests: { id: string; requested_at: string }[] }>(
    `${url}/j/${world.keeperOf(id)}/api/v1/requests?limit=200`,
  )
  if (own === undefined || list === undefined) return false
  return list.requests.some(listed => listed.id === id || listed.requested_at > own.requested_at)
}

function read<T>(url: string): Promise<T | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async answer => (answer.ok ? ((await answer.json()) as T) : undefined),
    () => undefined,
  )
}

interface Findings {
  readonly ledger: Ledger
  readonly tally: Tally
  readonly recovery: Recovery
  readonly peakMegabytes: number | undefined
  /** How long messages between jurisdictions may take after the load has ended. */
  readonly deliveredMilliseconds?: number
  readonly notes?: readonly string[]
  readonly failures?: readonly string[]
}

const NAMED = 5

/** Looks for everything that was acknowledged, in responses and in the databases, and describes violations. */
export async function outcomeOf(world: World, url: string, findings: Findings): Promise<Outcome> {
  const { ledger, tally, recovery } = findings
  const unreadable = await lostOf(world, url, ledger)
  const found = await findingsOf(world, ledger, findings.deliveredMilliseconds)
  const lost = [...unreadable, ...found.lost]
  const errors = [...tally.errors]
  const named = (what: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, NAMED).join('; ')}`]
  return {
    acknowledged: acknowledgedIn(ledger),
    lost: lost.length,
    duplicated: found.duplicated.length,
    unavailable: tally.unavailable,
    errors: errors.reduce((sum, [, times]) => sum + times, 0),
    unanswered: tally.unanswered,
    recoverySeconds: recovery.seconds,
    jobsSeconds: recovery.jobsSeconds,
    peakMegabytes: findings.peakMegabytes,
    notes: findings.notes ?? [],
    failures: [
      ...(findings.failures ?? []),
      ...(acknowledgedIn(ledger) === 0 ? ['nothing was acknowledged'] : []),
      ...named('lost', lost),
      ...named('duplicated', found.duplicated),
      ...named('messages were not delivered', found.undelivered),
      ...named(
        'answers were 5xx without saying when to come again',
        errors.map(([what, times]) => `${times} × ${what}`),
      ),
      ...(tally.unanswered > 0 ? [`${tally.unanswered} calls were never answered`] : []),
      ...(recovery.seconds === undefined ? ['it did not recover within two minutes'] : []),
      ...(recovery.jobsSeconds === undefined ? ['its jobs did not go on within two minutes'] : []),
    ],
  }
}
