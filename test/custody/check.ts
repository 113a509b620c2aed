import type { DatabaseName } from '../../src/platform/platform.ts'
import { type Model, type Share, stateAt } from './model.ts'
import type { World } from './world.ts'

/* What must be true of the real databases: after every change, and once everything has arrived. */

export interface RequestSeen {
  readonly id: string
  readonly custody: string
  readonly status: string
  readonly close_reason: string | null
  readonly case_status: string
  readonly trail: string
  readonly version: number
}

interface HandoffSeen {
  readonly id: string
  readonly side: string
  readonly kind: string
  readonly state: string
  readonly receiver: string
  readonly request: string | null
}

export interface Seen {
  readonly requests: readonly RequestSeen[]
  readonly handoffs: readonly HandoffSeen[]
}

export async function look(world: World, slug: string, caseId: string): Promise<Seen> {
  const [requests = [], handoffs = []] = await world.read(tenant(world, slug), [
    {
      sql: 'SELECT id, custody, status, close_reason, case_status, holders AS trail, version FROM request WHERE case_id = ?',
      args: [caseId],
    },
    { sql: 'SELECT id, side, kind, state, receiver, request FROM handoff WHERE case_id = ?', args: [caseId] },
  ])
  return { requests, handoffs } as unknown as Seen
}

export function tenant(world: World, slug: string): DatabaseName {
  return { kind: 'tenant', region: world.region.slug, slug }
}

/** Compares one jurisdiction's part with the model. Learns the names of the requests that grants have made. */
export function errorsOf(model: Model, slug: string, seen: Seen): string[] {
  for (const { id, side, state, request } of seen.handoffs) {
    if (side === 'receiver' && state === 'granted' && request !== null) model.name(id, request)
  }
  const errors = differences(
    `the handoffs of ${slug}`,
    seen.handoffs.map(({ id, side, state }) => `${id} ${side} ${state}`),
    [...model.handoffs.values()].flatMap(handoff =>
      (['sender', 'receiver', 'arbitrator'] as const).flatMap(side => {
        const state = stateAt(handoff, slug, side)
        return state === undefined ? [] : [`${handoff.id} ${side} ${state}`]
      }),
    ),
  )
  const share = ({ row, status, closeReason, trail }: Share) =>
    `${row} ${status} ${closeReason} ${JSON.stringify(trail)}`
  return [
    ...errors,
    ...differences(
      `what ${slug} holds`,
      seen.requests
        .filter(({ custody }) => custody === 'held')
        .map(row => `${row.id} ${row.status} ${row.close_reason} ${row.trail}`),
      model.shares.filter(({ holder }) => holder === slug).map(share),
    ),
  ]
}

/** Each share has one holder, whether its grant has arrived or is in transit: from the databases alone. */
export function holderErrors(model: Model, parts: ReadonlyMap<string, Seen>): string[] {
  const all = [...parts.values()]
  const held = all.flatMap(({ requests }) => requests).filter(({ custody }) => custody === 'held').length
  const granted = all
    .flatMap(({ handoffs }) => handoffs)
    .filter(({ side, state }) => side === 'sender' && state === 'granted')
  const onTheWay = granted.filter(
    ({ id, receiver }) =>
      !parts
        .get(receiver)
        ?.handoffs.some(other => other.id === id && other.side === 'receiver' && other.state === 'granted'),
  ).length
  const shares = model.shares.length
  return held + onTheWay === shares
    ? []
    : [`${shares} shares have ${held} holders and ${onTheWay} grants on their way`]
}

/**
 * Once every message has arrived: both sides agree, timelines and statuses are the same everywhere, nothing is
 * left over.
 */
export async function settledErrors(
  world: World,
  model: Model,
  origin: string,
  caseId: string,
  photo: string,
): Promise<string[]> {
  const errors: string[] = []
  const parts = new Map<string, Seen>()
  const public_ = new Map<string, string[]>()
  const everything: string[] = []
  for (const slug of world.slugs) {
    const seen = await look(world, slug, caseId)
    parts.set(slug, seen)
    errors.push(...errorsOf(model, slug, seen))
    const ids = JSON.stringify([caseId, ...seen.requests.map(({ id }) => id)])
    const [events = [], undelivered = [], notApplied = [], photos = []] = await world.read(
      tenant(world, slug),
      [
        {
          sql: `SELECT DISTINCT seq, request, type, public, payload, source FROM event WHERE request IN (SELECT value FROM json_each(?)) ORDER BY seq`,
          args: [ids],
        },
        {
          sql: 'SELECT id FROM message WHERE delivered_at IS NULL',
          args: [],
        },
        {
          sql: 'SELECT id, receiver FROM message WHERE receiver IN (SELECT value FROM json_each(?)) AND case_id = ?',
          args: [JSON.stringify(world.slugs), caseId],
        },
        { sql: "SELECT request FROM media WHERE id = ? AND request <> 'planted'", args: [photo] },
      ],
    )
    const withPhoto = photos.map(({ request }) => String(request))
    errors.push(
      ...differences(
        `who has the photo at ${slug}`,
        withPhoto,
        seen.requests.map(({ id }) => id),
      ),
    )
    errors.push(...undelivered.map(({ id }) => `${slug} still has message ${id}`))
    for (const receiver of new Set(notApplied.map(row => String(row.receiver)))) {
      const sent = JSON.stringify(notApplied.filter(row => row.receiver === receiver).map(({ id }) => id))
      const [missing = []] = await world.read(tenant(world, receiver), [
        {
          sql: `SELECT value FROM json_each(?) WHERE value NOT IN (SELECT message FROM inbox WHERE sender = ?)`,
          args: [sent, slug],
        },
      ])
      errors.push(...missing.map(({ value }) => `${receiver} has not noted message ${value}`))
    }
    for (const row of events) {
      const { text, from } = JSON.parse(String(row.payload)) as { text?: string; from?: string }
      const detail = row.type === 'received' ? ` ${from}` : row.type === 'submitted' ? '' : ` ${text}`
      if (row.public === 1) {
        const request = String(row.request)
        const timeline = public_.get(request) ?? []
        timeline.push(`${row.source ?? slug} ${row.type}${detail}`)
        public_.set(request, timeline)
      } else if (row.type === 'note') {
        everything.push(`${slug} ${text}`)
      }
    }
  }
  errors.push(...holderErrors(model, parts))
  errors.push(
    ...differences(
      'the private notes',
      everything,
      model.privateNotes.map(({ at, text }) => `${at} ${text}`),
    ),
  )
  const expected = [...model.timeline].map(({ label }) => label)
  errors.push(...differences('the timeline at the origin', public_.get(caseId) ?? [], expected))
  for (const { holder, row, timeline } of model.shares) {
    if (row === undefined || row === caseId) continue
    const seen = public_.get(row) ?? []
    const own = timeline.map(({ label }) => label)
    if (model.shares.length === 1) errors.push(...differences(`the timeline at ${holder}`, seen, own))
    else {
      errors.push(...missing(`the timeline of ${row} at ${holder} lacks`, seen, own))
      errors.push(...missing(`the timeline of ${row} at ${holder} has made up`, expected, seen))
    }
  }
  errors.push(...(await originErrors(world, model, origin, caseId, parts)))
  return errors
}

/** The case's public view: its roll-up, the origin's mirror of the shares, and the region's index. */
async function originErrors(
  world: World,
  model: Model,
  origin: string,
  caseId: string,
  parts: ReadonlyMap<string, Seen>,
): Promise<string[]> {
  const originCase = parts.get(origin)?.requests.find(({ id }) => id === caseId)
  const [mirror = []] = await world.read(tenant(world, origin), [
    {
      sql: 'SELECT jurisdiction, request, status, held, version FROM share WHERE case_id = ?',
      args: [caseId],
    },
  ])
  const [index = []] = await world.read({ kind: 'region', region: world.region.slug }, [
    { sql: 'SELECT status FROM public_request WHERE id = ?', args: [caseId] },
  ])
  const shown = [originCase?.case_status, index[0]?.status]
  const errors = shown.every(status => status === model.status)
    ? []
    : [`the case is ${model.status}, its face says ${shown[0]} and the region's index ${shown[1]}`]
  const others = [...parts].flatMap(([slug, { requests }]) =>
    requests
      .filter(({ id }) => id !== caseId)
      .map(row => `${slug} ${row.id} ${row.status} ${row.custody === 'held' ? 1 : 0} ${row.version}`),
  )
  const mirrored = mirror.map(
    row => `${row.jurisdiction} ${row.request} ${row.status} ${row.held} ${row.version}`,
  )
  return [...errors, ...differences(`${origin}'s mirror of the shares`, mirrored, others)]
}

function differences(what: string, seen: readonly string[], meant: readonly string[]): string[] {
  return [...missing(`${what} lacks`, seen, meant), ...missing(`${what} has besides`, meant, seen)]
}

function missing(what: string, given: readonly string[], wanted: readonly string[]): string[] {
  const left = [...given]
  return wanted.flatMap(item => {
    const at = left.indexOf(item)
    if (at < 0) return [`${what}: ${item}`]
    left.splice(at, 1)
    return []
  })
}
