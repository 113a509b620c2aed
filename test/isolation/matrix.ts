import { createApp } from '../../src/app.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../../src/platform/platform.ts'
import { type Caller, everyCaller } from './callers.ts'
import { type Expectation, expectations } from './expectations.ts'
import { type Ids, mark, openWorld, type Party, secrets, type World } from './world.ts'

/**
 * Every route × everybody who may come × their own, their neighbour's and another region's things. For each: who may come
 * in does and nobody else; what is another's is answered as if it were not there, to the byte and with as many round
 * trips to the databases; no text holds a mark that the caller may not see; nothing of another's has changed.
 */
export interface Outcome {
  readonly routes: number
  readonly checks: number
  /** What was seen, answered or changed that should not have been, in words. */
  readonly leaks: readonly string[]
  /** Marks that nobody was shown who may see them: with any, the matrix proves nothing. */
  readonly unseen: readonly string[]
}

export type Front = Pick<ReturnType<typeof createApp>, 'routes' | 'request'>

export interface Play {
  /** Hears of each route. */
  readonly onRoute?: (route: string) => void
  /** The front door, to be tested with a hole in it. */
  readonly front?: (platform: Platform) => Front
  /** Only these. */
  readonly only?: (route: string) => boolean
}

export async function playMatrix(play: Play = {}): Promise<Outcome> {
  const world = await openWorld()
  try {
    return await playIn(world, play)
  } finally {
    await world.app.close()
  }
}

/** The app's own table of routes, without what only stands before them. */
function routesOf(front: Front): string[] {
  const routes = front.routes.filter(({ method }) => method !== 'ALL')
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))]
}

async function playIn(
  world: World,
  { onRoute = () => {}, front: make = createApp, only = () => true }: Play,
): Promise<Outcome> {
  const front = make(world.app.platform)
  const routes = routesOf(front).filter(only)
  const known = new Set(routes)
  const leaks = [
    ...routes.filter(route => expectations[route] === undefined).map(route => `${route} has no expectation`),
    ...Object.keys(expectations)
      .filter(route => only(route) && !known.has(route))
      .map(route => `${route} is expected, and is not there`),
  ]
  const callers = await everyCaller(world)
  const trips = countTrips(world)
  const seen = new Set<string>()
  let checks = 0
  const check = (holds: boolean, leak: () => string) => {
    checks++
    if (!holds) leaks.push(leak())
  }
  let others = await fingerprint(world)
  for (const route of routes) {
    const expectation = expectations[route]
    if (expectation === undefined) continue
    onRoute(route)
    for (const caller of callers) {
      const ask = async (party: Party, ids: Ids) => {
        const before = trips.count
        const answer = await send(world, front, route, expectation, caller, party, ids)
        return { ...answer, trips: trips.count - before }
      }
      const who = `${route}, ${caller.name}`
      const own = await ask(world.own, world.own.ids)
      check(isRight(own, expectation, caller), () => `${who}: about their own answered ${own.status}`)
      const missing = await ask(world.own, world.missing)
      const hasNames = expectation.ids !== undefined
      for (const party of [world.neighbour, world.elsewhere]) {
        const found = await ask(party, party.ids)
        check(found.status < 500, () => `${who}: about ${party.name}'s answered ${found.status}`)
        if (hasNames && !expectation.isPublic) {
          check(alike(found, missing), () => `${who}: ${difference(party, found, missing)}`)
        }
        for (const leak of marksIn(found, caller)) check(false, () => `${who}: shows ${leak}`)
      }
      for (const leak of marksIn(own, caller)) check(false, () => `${who}: shows ${leak}`)
      for (const secret of caller.sees) {
        checks++
        if (own.text.includes(mark(world.own, secret))) seen.add(`${secret} to ${caller.name}`)
      }
      const now = await fingerprint(world)
      check(
        expectation.writesAnywhere === true || now === others,
        () => `${who}: has written in another's database`,
      )
      others = now
    }
  }
  const unseen = callers.flatMap(({ name, sees }) =>
    [...sees].map(secret => `${secret} to ${name}`).filter(sight => !seen.has(sight)),
  )
  return { routes: routes.length, checks, leaks, unseen }
}

interface Answer {
  readonly status: number
  readonly headers: string
  /** As the caller got it. */
  readonly text: string
  /** Without what differs from call to call, or was the caller's own word. */
  readonly plain: string
  readonly trips: number
}

async function send(
  { own }: World,
  front: Front,
  route: string,
  expectation: Expectation,
  caller: Caller,
  party: Party,
  ids: Ids,
): Promise<Omit<Answer, 'trips'>> {
  const [method = '', pattern = ''] = route.split(' ')
  const named: string[] = []
  const path = pattern.replace(/:\w+|\*/g, name => {
    const id = expectation.ids?.[name]
    const word = id === undefined ? 'x' : ids[id]
    if (id !== undefined) named.push(word)
    return encodeURIComponent(word)
  })
  const site = `/r/${own.region}${expectation.site === 'jurisdiction' ? `/j/${party.slug}` : ''}`
  const query = new URLSearchParams(expectation.query?.(party, caller))
  const { json, form } = expectation
  const body =
    json !== undefined
      ? JSON.stringify(json({ ...party, ids }, caller))
      : form !== undefined
        ? new URLSearchParams(form({ ...party, ids }, caller))
        : undefined
  const answer = await front.request(`http://localhost${site}${path}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers: {
      ...caller.headers,
      'x-request-id': 'the-matrix',
      // As a browser says of a form on our own page.
      ...(method === 'GET' ? {} : { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(method !== 'GET' && body !== undefined && { body }),
    redirect: 'manual',
  })
  const text = await answer.text()
  const plain = (said: string) =>
    named
      .flatMap(word => [word, encodeURIComponent(word), encodeURIComponent(encodeURIComponent(word))])
      .reduce((rest, word) => rest.replaceAll(word, 'THIS'), said)
      .replaceAll(/nonce(-|=")[\w+/=-]+/g, 'NONCE')
  const headers = [...answer.headers]
    .filter(([name]) => !/^(date|ratelimit|content-length)/i.test(name))
    .map(([name, value]) => `${name}: ${plain(value)}`)
    .join('\n')
  return { status: answer.status, headers, text, plain: plain(text) }
}

/** Whether what they were answered about their own is what they should be. */
function isRight({ status, headers }: Answer, expectation: Expectation, caller: Caller): boolean {
  const { needs, by } = expectation
  const isToSignIn = status === 303 && /^location: .*\/sign-in/m.test(headers)
  const isIn =
    status === expectation.also || (status < 500 && !isToSignIn && ![401, 403, 404, 429].includes(status))
  if (needs === 'anyone') return status < 500 && !isToSignIn && status !== 401
  if (by === 'bearer') return caller.by === 'bearer' && caller.may.has(needs) ? isIn : status === 403
  if (!caller.may.has('be staff')) return isToSignIn
  if (caller.may.has(needs))
    return caller.isLimited && expectation.ids?.[':id'] !== undefined ? status === 404 : isIn
  return status === (caller.may.has('read') ? 403 : 404)
}

function alike(one: Answer, other: Answer): boolean {
  return (
    one.status === other.status &&
    one.headers === other.headers &&
    one.plain === other.plain &&
    one.trips === other.trips
  )
}

function difference(party: Party, found: Answer, missing: Answer): string {
  const what =
    found.status !== missing.status
      ? `${found.status} for ${missing.status}`
      : found.trips !== missing.trips
        ? `${found.trips} round trips for ${missing.trips}`
        : found.headers !== missing.headers
          ? 'other headers'
          : 'another body'
  return `${party.name}'s is answered otherwise than what is not there: ${what}`
}

/** Marks in an answer that its caller may not see. */
function marksIn({ text, headers }: Answer, { sees }: Caller): string[] {
  return (['own', 'neighbour', 'elsewhere'] as const).flatMap(name =>
    secrets
      .filter(secret => !(name === 'own' && sees.has(secret)))
      .map(secret => mark({ name }, secret))
      .filter(secret => text.includes(secret) || headers.includes(secret)),
  )
}

/** Counts what goes to any database, through the platform's port. */
function countTrips({ app }: World): { count: number } {
  const trips = { count: 0 }
  const { databases } = app.platform
  const client = databases.client.bind(databases)
  Object.assign(databases, {
    client(name: DatabaseName) {
      const plain = client(name)
      return {
        execute: (...args: Parameters<typeof plain.execute>) => {
          trips.count++
          return plain.execute(...args)
        },
        batch: (...args: Parameters<typeof plain.batch>) => {
          trips.count++
          return plain.batch(...args)
        },
        close: () => plain.close(),
      }
    },
  })
  return trips
}

/** The state of the other governments' databases: how much there is of everything, and how often it was changed. */
async function fingerprint({ app, neighbour, elsewhere }: World): Promise<string> {
  const parts = await Promise.all(
    [neighbour, elsewhere].map(async ({ region, slug }) => {
      const name = { kind: 'tenant', region, slug } as const
      const client = app.platform.databases.client(name)
      const { rows } = await client.execute(
        `SELECT (SELECT group_concat(version || status || updated_at) FROM request) || ' ' || (SELECT max(seq) FROM event) || ' ' ||
          (SELECT coalesce(max(seq), 0) FROM seen) || ' ' || (SELECT group_concat(version || state) FROM handoff) || ' ' ||
          (SELECT count(*) FROM message) || ' ' || (SELECT count(*) FROM "grant" WHERE ended_at IS NULL) || ' ' ||
          (SELECT count(*) FROM api_key WHERE revoked_at IS NULL) || ' ' || (SELECT count(*) FROM follower) || ' ' ||
          (SELECT count(*) FROM person) || ' ' || (SELECT count(*) FROM ended_session) || ' ' || (SELECT count(*) FROM duplicate) AS state`,
      )
      return `${databaseLabel(name)} ${rows[0]?.state}`
    }),
  )
  return parts.join('\n')
}
