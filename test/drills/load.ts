import {
  callAs,
  channels,
  type Input,
  networkAddress,
  numberIn,
  sendReport,
  type WholeRequest,
} from './calls.ts'
import { anyOf, pause } from './drill.ts'
import { type Ledger, newLedger, newTally, readPage, type Tally, tallyAnswer, tallyError } from './ledger.ts'
import type { World } from './world.ts'

export interface Load {
  readonly ledger: Ledger
  readonly tally: Tally
  /** From now on each client pauses this many milliseconds after each action. */
  slowDown(rest: number): void
  /** Lets every client finish its current action. */
  stop(): Promise<void>
}

interface LoadOptions {
  /** Prefix of the name of everything that this load files. */
  readonly name: string
  readonly clients?: number
  /** Milliseconds between two actions of a client. */
  readonly rest?: number
  readonly ledger?: Ledger
  readonly tally?: Tally
  /** Only at these jurisdictions; by default all. */
  readonly jurisdictions?: readonly string[]
  /** Reporters want updates, each at an address of their own: the same address gets few requests to confirm. */
  readonly email?: (name: string) => string
  /** Files reports only. */
  readonly onlyReports?: boolean
  /** This many more clients, who read a page ten times a second. */
  readonly readers?: number
}

interface Client extends Required<Pick<LoadOptions, 'ledger' | 'tally'>> {
  readonly world: World
  readonly urls: readonly string[]
  readonly jurisdictions: readonly string[]
}

const RECENT = 30

/**
 * Clients that report by every route, offer and answer handoffs, change and note, and read pages, until they
 * are stopped. A report without a response, or with a 503, is sent again under the same idempotency key.
 */
export function startLoad(world: World, urls: readonly string[], options: LoadOptions): Load {
  const { name, clients = 6, ledger = newLedger(), tally = newTally() } = options
  const jurisdictions = options.jurisdictions ?? [...world.keys.keys()]
  const client: Client = { world, urls, ledger, tally, jurisdictions }
  let rest = options.rest ?? 0
  let isOver = false
  const lanes = Array.from({ length: clients }, async (_, lane) => {
    for (let act = 0; !isOver; act++) {
      const own = `${name}-${lane}-${act}`
      const chance = Math.random()
      if (options.onlyReports || chance < 0.35 || ledger.reports.length === 0) {
        const input = newInput(client, own, options.email)
        // What is not stored when the load ends stays unknown: it may exist once, or not at all.
        while (!(await report(client, input)) && !isOver) await pause(100)
      } else {
        await trying(tally, () => otherAct(client, own, chance))
      }
      if (rest > 0) await pause(rest)
    }
  })
  const readers = Array.from({ length: options.readers ?? 0 }, async () => {
    for (; !isOver; await pause(100)) if (ledger.reports.length > 0) await readAny(client)
  })
  return {
    ledger,
    tally,
    slowDown(milliseconds) {
      rest = milliseconds
    },
    async stop() {
      isOver = true
      await Promise.all([...lanes, ...readers])
    },
  }
}

let followers = 0

function newInput({ world, jurisdictions }: Client, name: string, email: LoadOptions['email']): Input {
  const places = [...world.places].filter(([slug]) => jurisdictions.includes(slug))
  const [jurisdiction, place] = anyOf(places)
  const channel = email === undefined ? anyOf(channels) : 'json'
  const hasPhoto = channel === 'form' && Math.random() < 0.3
  const follower = email && { email: email(name), address: networkAddress(followers++) }
  return { name, channel, jurisdiction, place, hasPhoto, ...follower }
}

/** Returns whether the sender is done with it: it was filed, or refused for good. */
async function report(client: Client, input: Input): Promise<boolean> {
  const { tally, ledger } = client
  const { name, channel, hasPhoto } = input
  const startedAt = performance.now()
  try {
    const answer = await sendReport(client.world, anyOf(client.urls), input)
    tallyAnswer(tally, answer, `report by ${channel}`)
    const id = await numberIn(answer, channel)
    if (id === undefined) return answer.status < 500
    tally.took.push(performance.now() - startedAt)
    ledger.reports.push({ id, name, channel, hasPhoto })
    return true
  } catch (error) {
    tallyError(tally, error)
    return false
  }
}

async function trying(tally: Tally, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    tallyError(tally, error)
    await pause(50)
  }
}

async function otherAct(client: Client, name: string, chance: number): Promise<void> {
  if (chance < 0.5) await offer(client)
  else if (chance < 0.65) await answerOffer(client)
  else if (chance < 0.75) await changeStatus(client, name)
  else if (chance < 0.85) await addNote(client, name)
  else await readAny(client)
}

/** A program's call, tallied. Undefined unless it succeeded. */
async function call<T>(
  client: Client,
  jurisdiction: string,
  method: 'GET' | 'POST',
  path: string,
  said?: object,
) {
  const { answer, json } = await callAs<T>(client.world, anyOf(client.urls), jurisdiction, method, path, said)
  tallyAnswer(client.tally, answer, `${method} work/${path.replace(/\/[^/]+/, '/:id').replace(/\?.*/, '')}`)
  return answer.ok ? json : undefined
}

function recentRequest({ ledger, world }: Client) {
  const { id } = anyOf(ledger.reports.slice(-RECENT))
  return { request: id, jurisdiction: world.keeperOf(id) }
}

async function offer(client: Client): Promise<void> {
  const { request, jurisdiction: sender } = recentRequest(client)
  const whole = await call<WholeRequest>(client, sender, 'GET', `requests/${request}`)
  if (whole === undefined) return
  const receiver = anyOf([...client.world.keys.keys()].filter(slug => slug !== sender))
  const input = { receiver, reason: 'other', version: whole.version }
  const offered = await call<{ id: string }>(client, sender, 'POST', `requests/${request}/handoffs`, input)
  if (offered !== undefined) client.ledger.offers.push({ id: offered.id, sender })
}

async function answerOffer(client: Client): Promise<void> {
  const receiver = anyOf(client.jurisdictions)
  const path = 'handoffs?side=receiver&state=offered'
  const open = await call<{ handoffs: { id: string }[] }>(client, receiver, 'GET', path)
  if (open === undefined || open.handoffs.length === 0) return
  const { id } = anyOf(open.handoffs)
  const accepted = Math.random() < 0.7
  const [verb, said] = accepted ? (['accept', {}] as const) : (['refuse', { reason: 'other' }] as const)
  const answered = await call(client, receiver, 'POST', `handoffs/${id}/${verb}`, said)
  if (answered !== undefined) client.ledger.answers.push({ id, receiver, accepted })
}

async function changeStatus(client: Client, name: string): Promise<void> {
  const { request, jurisdiction } = recentRequest(client)
  const whole = await call<WholeRequest>(client, jurisdiction, 'GET', `requests/${request}`)
  if (whole === undefined || whole.status === 'closed') return
  const to = whole.status === 'submitted' ? 'acknowledged' : 'in_progress'
  if (to === whole.status) return
  const said = { to, version: whole.version, text: name }
  const changed = await call(client, jurisdiction, 'POST', `requests/${request}/status`, said)
  if (changed !== undefined) client.ledger.changes.push({ request, jurisdiction, text: name })
}

async function addNote(client: Client, name: string): Promise<void> {
  const { request, jurisdiction } = recentRequest(client)
  const noted = await call(client, jurisdiction, 'POST', `requests/${request}/notes`, { text: name })
  if (noted !== undefined) client.ledger.changes.push({ request, jurisdiction, text: name })
}

/** Pages that residents and staff look at all day; `:id` is a recent case. */
export const pages = ['/', '/reports', '/work', '/api/v1/requests', '/open311/v2/services.json', '/cases/:id']

async function readAny({ world, urls, tally, ledger }: Client): Promise<void> {
  const { id } = anyOf(ledger.reports.slice(-RECENT))
  const path = anyOf(pages)
  const headers: Record<string, string> = path === '/work' ? { cookie: world.staff.cookie } : {}
  const answer = await readPage(tally, path, signal =>
    fetch(anyOf(urls) + path.replace(':id', id), { headers, signal, redirect: 'manual' }),
  )
  if (path === '/work' && answer !== undefined) world.staff.keep(answer)
}
