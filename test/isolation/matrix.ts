import { createApp } from '../../src/create-app.ts'
import type { DatabaseName, Platform } from '../../src/platform/platform.ts'
import { bundled } from '../support/app.ts'
import { type Ability, type Caller, everyCaller } from './callers.ts'
import type { Expectation } from './expectation.ts'
import { expectations } from './expectations.ts'
import { type Ids, mark, openWorld, type Party, secrets, type World } from './world.ts'

/**
 * Every route × every kind of caller × things of their own, of their neighbor and of another region. For each:
 * only authorized callers get in; another's thing is answered as if it did not exist, byte for byte and with as
 * many round trips to the databases; no text holds a mark that the caller may not see; nothing of another's has
 * changed.
 */
export interface Outcome {
  readonly routes: number
  readonly checks: number
  /** Everything shown, answered or changed that should not have been, described. */
  readonly leaks: readonly string[]
  /** Marks that no authorized caller was shown: with any, the matrix proves nothing. */
  readonly unseen: readonly string[]
}

export type Front = Pick<ReturnType<typeof createApp>, 'routes' | 'request'>

export interface Play {
  /** Called for each route. */
  readonly onRoute?: (route: string) => void
  /** The app, to be tested with a hole in it. */
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

/**
 * The app's own routing table without middleware, with routes that sign the caller out last. A pattern that
 * ends in a star counts as a route only where no other route lies behind it.
 */
export function routesOf(front: Front): string[] {
  const all = front.routes.filter(({ method }) => method !== 'ALL')
  const isBefore = ({ method, path }: { method: string; path: string }) =>
    path.endsWith('/*') &&
    all.some(
      other => other.method === method && other.path.startsWith(path.slice(0, -1)) && other.path !== path,
    )
  const routes = all.filter(route => !isBefore(route)).map(({ method, path }) => `${method} ${path}`)
  const isLast = (route: string) => Number(expectations[route]?.signsOut === true)
  return [...new Set(routes)].sort((one, other) => isLast(one) - isLast(other))
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
  let states = await fingerprints(world)
  for (const route of routes) {
    const expectation = expectations[route]
    if (expectation === undefined) continue
    onRoute(route)
    for (const caller of callers) {
      const who = `${route}, ${caller.name}`
      const ask = async (party: Party, ids: Ids) => {
        const before = trips.count
        const answer = await send(front, route, expectation, caller, party, ids)
        const asked = { ...answer, trips: trips.count - before }
        for (const leak of marksIn(asked, caller)) check(false, () => `${who}: shows ${leak}`)
        for (const secret of caller.sees)
          if (asked.text.includes(mark({ name: caller.home }, secret)))
            seen.add(`${secret} to ${caller.name}`)
        return asked
      }
      const home = world[caller.home]
      const others = [world.own, world.neighbor, world.elsewhere].filter(party => party !== home)
      const own = await ask(home, home.ids)
      check(isRight(own, expectation, caller), () => `${who}: about their own answered ${own.status}`)
      const missing = await ask(home, home.missing)
      const isSecret = !expectation.isPublic && (expectation.ids ?? expectation.names) !== undefined
      if (isSecret && expectation.isPersonal && !caller.isHolder) {
        const none = await ask(home, { ...home.missing, jurisdiction: home.slug })
        check(alike(own, none), () => `${who}: ${difference(home, own, none)}`)
      }
      for (const party of others) {
        const found = await ask(party, party.ids)
        check(found.status < 500, () => `${who}: about ${party.name}'s answered ${found.status}`)
        const isTheirs = party.region === home.region && mayKnow(expectation, caller)
        if (isSecret && !isTheirs)
          check(alike(found, missing), () => `${who}: ${difference(party, found, missing)}`)
      }
      // Another party's thing, named in a form or query about one of their own.
      if (expectation.ids !== undefined && expectation.names !== undefined) {
        const naming = (ids: Ids) =>
          ask(home, {
            ...home.ids,
            ...Object.fromEntries(expectation.names?.map(name => [name, ids[name]]) ?? []),
          })
        const none = await naming(home.missing)
        for (const party of others) {
          const found = await naming(party.ids)
          check(alike(found, none), () => `${who}, in a form: ${difference(party, found, none)}`)
        }
      }
      checks += caller.sees.size
      // Private things are behind the same routes; reading does not change them.
      if (route.startsWith('GET ') && expectation.ids !== undefined)
        for (const party of [home, ...others]) {
          const absent = () => ask(party, { ...party.missing, jurisdiction: party.slug })
          // Their rights there are looked up once.
          if (expectation.privateNeeds !== undefined) await absent()
          const found = await ask(party, privateOf(party.ids))
          if (expectation.privateNeeds === undefined) continue
          if (party === home && isLetIntoPrivate(expectation.privateNeeds, caller)) {
            check(found.status === 200, () => `${who}: about their own private answered ${found.status}`)
            continue
          }
          const none = await absent()
          check(found.status === 404, () => `${who}: about ${party.name}'s private answered ${found.status}`)
          check(alike(found, none), () => `${who}, of what is private: ${difference(party, found, none)}`)
        }
      const now = await fingerprints(world)
      for (const { name } of others)
        check(
          expectation.writesAnywhere === true || now[name] === states[name],
          () => `${who}: has written in ${name}'s database`,
        )
      states = now
    }
  }
  const unseen = callers.flatMap(({ name, sees }) =>
    [...sees].map(secret => `${secret} to ${name}`).filter(sight => !seen.has(sight)),
  )
  return { routes: routes.length, checks, leaks, unseen }
}

function privateOf(ids: Ids): Ids {
  const { privateRequest, privatePhoto } = ids
  return { ...ids, request: privateRequest, photo: privatePhoto, file: `${privateRequest}.json` }
}

interface Answer {
  readonly status: number
  readonly headers: string
  readonly text: string
  /** Without parts that differ from call to call or repeat the caller's input. */
  readonly plain: string
  readonly trips: number
}

async function send(
  front: Front,
  route: string,
  expectation: Expectation,
  caller: Caller,
  party: Party,
  ids: Ids,
): Promise<Omit<Answer, 'trips'>> {
  const [method = '', pattern = ''] = route.split(' ')
  const named = (expectation.names ?? []).map(name => ids[name])
  const path = pattern.replace(/:\w+|\*/g, name => {
    const id = expectation.ids?.[name]
    const word = id === undefined ? 'x' : ids[id]
    if (id !== undefined) named.push(word)
    return encodeURIComponent(word)
  })
  // The region's site, where another region's things must not appear; or a jurisdiction's.
  const site = `/r/${bundled}${expectation.site === 'jurisdiction' ? `/j/${party.slug}` : ''}`
  const query = new URLSearchParams(expectation.query?.({ ...party, ids }, caller))
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
      // As a browser sends for a form on our own page.
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
      .replaceAll(/name="once" value="\w+"/g, 'ONCE')
  const headers = [...answer.headers]
    .filter(([name]) => !/^(date|ratelimit|content-length)/i.test(name))
    .map(([name, value]) => `${name}: ${plain(value)}`)
    .join('\n')
  return { status: answer.status, headers, text, plain: plain(text) }
}

/** Whether the response about their own things is as expected. */
function isRight({ status, headers }: Answer, expectation: Expectation, caller: Caller): boolean {
  const { needs, by } = expectation
  const isToSignIn = status === 303 && /^location: .*\/sign-in/m.test(headers)
  const isIn =
    status === expectation.also || (status < 500 && !isToSignIn && ![401, 403, 404, 429].includes(status))
  if (needs === 'anyone')
    return status < 500 && (expectation.leadsToSignIn === true || !isToSignIn) && status !== 401
  if (by === 'bearer') return caller.by === 'bearer' && caller.may.has(needs) ? isIn : status === 403
  if (needs === 'be resident') return caller.may.has(needs) ? isIn : isToSignIn
  if (!caller.may.has('be staff')) return isToSignIn
  if (expectation.isPersonal) return caller.isHolder ? isIn : status === 404
  const place = expectation.isRegional ? 'region' : 'jurisdiction'
  if (expectation.isAdministration && caller.otherSignInFor !== undefined) return isToSignIn
  if (needs !== 'be staff' && caller.otherSignInFor === place) return isToSignIn
  if (caller.may.has(needs))
    return caller.isLimited && expectation.ids?.[':id'] !== undefined ? status === 404 : isIn
  if (expectation.isAdministration) return status === (caller.may.has('see administration') ? 403 : 404)
  return status === (caller.may.has('read') && !expectation.isRegional ? 403 : 404)
}

/** Whether things of the whole region are theirs to know of. */
function mayKnow({ isRegional, isAdministration }: Expectation, { may }: Caller): boolean {
  if (isAdministration) return may.has('see administration')
  return isRegional === true && may.has('administer')
}

function isLetIntoPrivate(ability: Ability, { may, isHolder, isLimited }: Caller): boolean {
  return isHolder === true || (may.has(ability) && !isLimited)
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

/** Marks in a response that its caller may not see. */
function marksIn({ text, headers }: Answer, { sees, home }: Caller): string[] {
  return (['own', 'neighbor', 'elsewhere'] as const).flatMap(name =>
    secrets
      .filter(secret => !(name === home && sees.has(secret)))
      .map(secret => mark({ name }, secret))
      .filter(secret => text.includes(secret) || headers.includes(secret)),
  )
}

/** Counts the calls to any database, through the platform's port. */
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

/** The state of each party's database: the number of rows of everything, and how often they were changed. */
async function fingerprints({ app, ...world }: World): Promise<Record<Party['name'], string>> {
  const of = async ({ region, slug }: Party) => {
    const client = app.platform.databases.client({ kind: 'tenant', region, slug })
    const { rows } = await client.execute(
      `SELECT (SELECT group_concat(version || status || updated_at) FROM request) || ' ' || (SELECT max(seq) FROM event) || ' ' ||
        (SELECT coalesce(max(seq), 0) FROM access_log) || ' ' || (SELECT group_concat(version || state) FROM handoff) || ' ' ||
        (SELECT count(*) FROM message) || ' ' || (SELECT count(*) FROM "grant" WHERE ended_at IS NULL) || ' ' ||
        (SELECT count(*) FROM api_key WHERE revoked_at IS NULL) || ' ' || (SELECT count(*) FROM follower) || ' ' ||
        (SELECT count(*) FROM person) || ' ' || (SELECT count(*) FROM ended_session) || ' ' || (SELECT count(*) FROM duplicate) || ' ' ||
        coalesce((SELECT group_concat(id || state) FROM past_import), '') AS state`,
    )
    return String(rows[0]?.state)
  }
  const [own, neighbor, elsewhere] = await Promise.all([
    of(world.own),
    of(world.neighbor),
    of(world.elsewhere),
  ])
  return { own, neighbor, elsewhere }
}
