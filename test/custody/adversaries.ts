import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { retryMessage } from '../../src/handoffs/courier/outbox.ts'
import { decideSettlement } from '../../src/handoffs/courier/settle.ts'
import type { Draft } from '../../src/requests/draft.ts'
import { waitingPhoto } from '../../src/requests/region-schema.ts'
import { submitReport } from '../../src/requests/submit.ts'
import { tenant } from './check.ts'
import type { Dice } from './random.ts'
import type { Task, World } from './world.ts'

/*
 * What the protocol does not cover: malicious residents, messages that cannot be applied, and an operator who
 * settles them.
 */

const SYSTEM = { kind: 'system', reason: 'test' } as const

/** A photo that a resident has sent and no report uses yet. */
export async function sendPhoto(world: World, id: string): Promise<void> {
  const db = openRegion(world.platform, SYSTEM, world.region.slug)
  await db.insert(waitingPhoto).values({ id, type: 'image/jpeg', bytes: 3, createdAt: world.clock.now })
}

/** An earlier version let one report use another's photo: such a row may already exist in any database. */
export async function plantPhoto(world: World, dice: Dice, photo: string): Promise<string> {
  const slug = dice.pick(world.slugs)
  await world.read(tenant(world, slug), [
    {
      sql: `INSERT INTO media (id, request, type, bytes, created_at)
        SELECT ?, 'planted', 'image/jpeg', 3, 1 WHERE NOT EXISTS (SELECT 1 FROM media WHERE id = ? AND request = 'planted')`,
      args: [photo, photo],
    },
  ])
  return `a planted report of ${slug} has the photo too`
}

/**
 * A resident names the photo of another person's report, whose number is public, with another person's
 * idempotency key.
 */
export function stealTask(
  world: World,
  dice: Dice,
  draft: Draft,
  keys: readonly string[],
  dies: Task['dies'],
  errors: string[],
): Task {
  const jurisdiction = dice.pick(world.slugs)
  const idempotencyKey = dice.chance(0.5) && keys.length > 0 ? dice.pick(keys) : undefined
  const name = `somebody reports to ${jurisdiction} with the photo of the case`
  const access = { kind: 'public', region: world.region.slug } as const
  return {
    name,
    dies,
    committed: async () => {},
    async run() {
      await submitReport(world.platform, access, world.region, { draft, jurisdiction, idempotencyKey })
      errors.push(`${name}, and gets it`)
    },
  }
}

export interface Undelivered {
  readonly sender: string
  readonly seq: number
  readonly id: string
  readonly kind: string
  readonly receiver: string
  readonly parked: boolean
}

/** Messages of the case that have not arrived and are next at their receivers. */
export async function undelivered(world: World, caseId: string): Promise<Undelivered[]> {
  const found: Undelivered[] = []
  for (const sender of world.slugs) {
    const [rows = []] = await world.read(tenant(world, sender), [
      {
        sql: `SELECT seq, id, kind, receiver, parked_at FROM message WHERE case_id = ? AND delivered_at IS NULL AND settlement IS NULL
          AND receiver IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM message AS earlier
            WHERE earlier.receiver = message.receiver AND earlier.case_id = message.case_id AND earlier.seq < message.seq
              AND earlier.delivered_at IS NULL) ORDER BY seq`,
        args: [caseId, JSON.stringify(world.slugs)],
      },
    ])
    for (const { seq, id, kind, receiver, parked_at } of rows) {
      const message = { seq: Number(seq), id: String(id), kind: String(kind), receiver: String(receiver) }
      found.push({ sender, ...message, parked: parked_at !== null })
    }
  }
  return found
}

/** As after ten attempts, whether or not any was made. */
export async function park(world: World, { sender, seq }: Undelivered): Promise<void> {
  await world.read(tenant(world, sender), [
    {
      sql: 'UPDATE message SET parked_at = ?, attempts = 10 WHERE seq = ?',
      args: [world.clock.now, seq],
    },
  ])
}

/** The operator has fixed what blocked a message, and retries it. */
export function retryTask(world: World, { sender, seq, id }: Undelivered, dies: Task['dies']): Task {
  return {
    name: `the operator retries ${id} of ${sender}`,
    dies,
    committed: async () => {},
    run: async () => void (await retryMessage(ownDb(world, sender), seq, world.clock.now)),
  }
}

/** The operator settles a message, as `countyline jobs` does. */
export function settleTask(world: World, message: Undelivered, dies: Task['dies']): Task {
  const { sender, seq, id, kind } = message
  const settlement = kind === 'grant' ? 'return' : 'skip'
  return {
    name: `the operator settles ${id} of ${sender} (${settlement})`,
    dies,
    committed: async () => {},
    run: async () =>
      void (await decideSettlement(ownDb(world, sender), seq, settlement, 'operator:test', world.clock.now)),
  }
}

function ownDb({ platform, region }: World, slug: string) {
  return openTenant(platform, { kind: 'system', reason: 'jobs' }, region.slug, slug)
}
