import { policies } from '../../src/identity/limits.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { type Mailbox, startMailbox } from '../support/mailbox.ts'
import { jpeg } from '../support/photos.ts'
import { networkAddress, numberIn } from './calls.ts'
import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, forEach, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally } from './ledger.ts'
import { startLoad } from './load.ts'
import { answersOk, nodeServer, type Running } from './process.ts'
import { withSqld } from './sqld.ts'
import { makeWorld, SERVICE, type World } from './world.ts'

/* Two processes serve the same databases: each job takes effect once, and each knows what the other was told. */

export const drills: readonly Drill[] = [
  {
    name: 'two processes on one folder',
    async run(isShort) {
      return inWorld(await makeWorld(), isShort)
    },
  },
  {
    name: 'two processes on one sqld',
    isLong: true,
    run: isShort =>
      withSqld({}, async ({ url, adminUrl }) =>
        inWorld(await makeWorld({ remote: { url, adminUrl } }), isShort),
      ),
  },
]

async function inWorld(world: World, isShort: boolean): Promise<Outcome> {
  const mailbox = await startMailbox()
  const env = {
    ...world.env,
    TRUST_PROXY: '1',
    SMTP_URL: urlOf(mailbox),
    MAIL_FROM: 'no-reply@county.example',
  }
  const servers: Running[] = []
  try {
    // At once, as a deployment of two starts them.
    servers.push(...(await Promise.all([nodeServer(env), nodeServer(env)])))
    return await both(world, env, servers, mailbox, isShort)
  } finally {
    for (const server of servers) await server.close()
    await mailbox.close()
    world.remove()
  }
}

function urlOf({ settings }: Mailbox): string {
  return settings.kind === 'smtp' ? settings.url : ''
}

async function both(
  world: World,
  env: Readonly<Record<string, string>>,
  servers: readonly Running[],
  mailbox: Mailbox,
  isShort: boolean,
): Promise<Outcome> {
  const urls = servers.map(({ url }) => url)
  const [one = '', other = ''] = urls
  const [ledger, tally] = [newLedger(), newTally()]
  const seconds = isShort ? 4 : 60
  const loads = [
    startLoad(world, urls, { name: 'two', clients: 5, ledger, tally }),
    startLoad(world, urls, {
      name: 'followed',
      clients: 1,
      rest: 50,
      ledger,
      tally,
      onlyReports: true,
      email: name => `${name}@resident.example`,
    }),
  ]
  await pause(seconds * 500)
  const failures = [...(await photoOf(world, one, other)), ...(await configured(world, urls))]
  await pause(seconds * 500)
  await Promise.all(loads.map(load => load.stop()))
  const recovery = await recoveryOf(world, other, ledger, performance.now())
  if (!(await until(() => isIdle(world), 120_000, 500))) failures.push('jobs that are due are left')
  const followed = ledger.reports.filter(({ name }) => name.startsWith('followed')).length
  if (followed === 0) failures.push('nobody asked for updates')
  await until(() => mailbox.emails.length >= followed, MAILED_MILLISECONDS)
  const twice = emailsTwice(mailbox)
  const sent = mailbox.emails.length - twice.length
  if (sent < followed) failures.push(`${followed - sent} e-mails of ${followed} were not sent`)
  if (twice.length > 0)
    failures.push(`${twice.length} e-mails were sent twice: ${twice.slice(0, 3).join('; ')}`)
  const limited = await limitedBy(world, env)
  failures.push(...limited.failures)
  const peaks = servers.map(({ memory }) => memory.peakMegabytes() ?? 0)
  const outcome = await outcomeOf(world, one, {
    ledger,
    tally,
    recovery,
    peakMegabytes: peaks.reduce((sum, peak) => sum + peak, 0) || undefined,
    notes: [
      `${mailbox.emails.length} e-mails; a photo sent to one and claimed at the other`,
      `of ${TRIES} reports from each of ${limited.filed.length} addresses ${limited.filed.join(' and ')} were filed: ${policies.reports.quota} a minute by each process`,
    ],
    failures,
  })
  return { ...outcome, duplicated: outcome.duplicated + twice.length }
}

const MAILED_MILLISECONDS = 30_000
const TRIES = 200
const ADDRESSES = [networkAddress(65_000), networkAddress(65_001)]

/**
 * Each process counts by itself: two let through twice what one does, and no more; another address is not
 * limited.
 */
async function limitedBy(world: World, env: Readonly<Record<string, string>>) {
  const counting = { ...env, RATE_LIMITS: 'on' }
  const servers = await Promise.all([nodeServer(counting), nodeServer(counting)])
  const [place] = world.places.values()
  const send = async (at: number, address: string) => {
    const said = {
      service_code: SERVICE,
      ...place,
      description: `limits ${address} ${at}`,
      answers: world.answers,
    }
    const answer = await fetch(`${servers[at % servers.length]?.url}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify(said),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  const { quota, seconds } = policies.reports
  const failures: string[] = []
  const filed: number[] = []
  try {
    for (const address of ADDRESSES) {
      const startedAt = performance.now()
      const statuses: number[] = []
      const tries = Array.from({ length: TRIES }, (_, at) => at)
      await forEach(tries, async at => void statuses.push(await send(at, address)))
      const taken = statuses.filter(status => status === 201).length
      const refilled = ((performance.now() - startedAt) / 1000) * (quota / seconds)
      const most = servers.length * (quota + refilled + 1)
      if (taken > most || taken < quota * servers.length)
        failures.push(`of one address ${taken} reports were filed, with limits of ${quota} at each process`)
      if (statuses.some(status => status !== 201 && status !== 429))
        failures.push(`answers were ${[...new Set(statuses)].join(', ')}`)
      filed.push(taken)
    }
    return { filed, failures }
  } finally {
    for (const server of servers) await server.close()
  }
}

/** A photo sent to one process and claimed at the other is shown by both. */
async function photoOf(world: World, one: string, other: string): Promise<string[]> {
  const headers = { 'content-type': 'image/jpeg' }
  const sent = await fetch(`${one}/api/v1/media`, { method: 'POST', headers, body: jpeg('both') })
  const { id: media } = (await sent.json()) as { id: string }
  const [place] = world.places.values()
  const answer = await fetch(`${other}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: SERVICE,
      ...place,
      description: 'photo',
      answers: world.answers,
      media: [media],
    }),
  })
  const id = await numberIn(answer, 'json')
  if (id === undefined) return [`a photo of one process cannot be claimed at the other: ${answer.status}`]
  const path = `/media/${world.keeperOf(id)}/${media}`
  const shown = await Promise.all([one, other].map(url => answersOk(url + path)))
  return shown.every(Boolean) ? [] : ['a photo is not shown by both']
}

const SOON_MILLISECONDS = 15_000

/** A new version, applied from a third process, is in force at both. */
async function configured(world: World, urls: readonly string[]): Promise<string[]> {
  const name = 'A service by another name'
  const { documents } = world.region
  const services = documents.services.map(service =>
    service.code === SERVICE ? { ...service, name } : service,
  )
  const platform = world.open()
  await applyRegion(
    platform,
    readMigrations(),
    world.region.slug,
    { ...documents, services },
    { by: 'drill' },
  )
  await platform.close()
  const late: string[] = []
  for (const url of urls) {
    const shows = async () => (await (await fetch(`${url}/open311/v2/services.json`)).text()).includes(name)
    if (!(await until(shows, SOON_MILLISECONDS))) late.push(`${url} does not know the new version`)
  }
  return late
}

async function isIdle(world: World): Promise<boolean> {
  const platform = world.open()
  try {
    const { slug, documents } = world.region
    for (const jurisdiction of documents.jurisdictions) {
      const client = platform.databases.client({ kind: 'tenant', region: slug, slug: jurisdiction.slug })
      const { rows } = await client.execute({
        sql: 'SELECT count(*) AS due FROM job WHERE due_at <= ? AND parked_at IS NULL',
        args: [Date.now()],
      })
      if (Number(rows[0]?.due) > 0) return false
    }
    return true
  } finally {
    await platform.close()
  }
}

/** Each change's email has a unique id. */
function emailsTwice({ emails }: Mailbox): string[] {
  const seen = new Set<string>()
  const twice: string[] = []
  for (const { to, subject, headers } of emails) {
    const name = headers.get('message-id') ?? subject
    if (seen.has(name)) twice.push(`${to}: ${subject}`)
    seen.add(name)
  }
  return twice
}
