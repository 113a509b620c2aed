import type { DatabaseClient } from '../../src/platform/platform.ts'
import { until } from './drill.ts'
import type { Ledger } from './ledger.ts'
import type { World } from './world.ts'

type Row = Readonly<Record<string, unknown>>

/** One jurisdiction's database, all of it as of the same instant. */
interface Book {
  readonly slug: string
  readonly requests: readonly Row[]
  readonly texts: readonly Row[]
  readonly handoffs: readonly Row[]
  /** Messages to other jurisdictions that have not been delivered. */
  readonly waiting: readonly Row[]
}

const WAITING = `SELECT id, case_id, receiver, kind, attempts, last_error FROM message WHERE delivered_at IS NULL`
const QUERIES = [
  'SELECT id, case_id, description, custody, passed_to FROM request',
  "SELECT payload ->> 'text' AS text FROM event WHERE type IN ('status', 'note') AND source IS NULL",
  'SELECT id, side, state, case_id FROM handoff',
  WAITING,
]

/** By then, every message that waited for an unavailable server has been tried again. */
const DELIVERED_MILLISECONDS = 180_000

export interface Findings {
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  /** Messages that were not delivered in time. */
  readonly undelivered: readonly string[]
}

/**
 * While a grant is undelivered, the case is held by the sender's message and by no request. So holders are
 * counted once every message has been delivered, or the time is over.
 */
export async function findingsOf(
  world: World,
  ledger: Ledger,
  deliveredMilliseconds = DELIVERED_MILLISECONDS,
): Promise<Findings> {
  const platform = world.open()
  const slugs = world.region.documents.jurisdictions.map(({ slug }) => slug)
  const clientOf = (slug: string) =>
    platform.databases.client({ kind: 'tenant', region: world.region.slug, slug })
  let books: readonly Book[] = []
  const areDelivered = async () => {
    for (const slug of slugs) if ((await clientOf(slug).execute(WAITING)).rows.length > 0) return false
    books = await Promise.all(slugs.map(slug => read(slug, clientOf(slug))))
    return books.every(({ waiting }) => waiting.length === 0)
  }
  try {
    if (!(await until(areDelivered, deliveredMilliseconds, 1_000)))
      books = await Promise.all(slugs.map(slug => read(slug, clientOf(slug))))
  } finally {
    await platform.close()
  }
  return {
    lost: withoutHolder(books),
    duplicated: [...withHolders(books), ...doneTwice(books, ledger)],
    undelivered: books.flatMap(({ slug, waiting }) =>
      waiting.map(row => `${row.kind} ${row.id} from ${slug} to ${row.receiver}: ${row.last_error}`),
    ),
  }
}

async function read(slug: string, client: DatabaseClient): Promise<Book> {
  const [requests = [], texts = [], handoffs = [], waiting = []] = (await client.batch(QUERIES, 'read')).map(
    ({ rows }) => rows,
  )
  return { slug, requests, texts, handoffs, waiting }
}

function holdersIn(books: readonly Book[]): Map<unknown, number> {
  const holders = new Map<unknown, number>()
  for (const { case_id, custody } of books.flatMap(({ requests }) => requests))
    holders.set(case_id, (holders.get(case_id) ?? 0) + (custody === 'held' ? 1 : 0))
  return holders
}

function withoutHolder(books: readonly Book[]): string[] {
  const inTransit = new Set(
    books.flatMap(({ waiting }) => waiting.filter(({ kind }) => kind === 'grant').map(row => row.case_id)),
  )
  return [...holdersIn(books)].flatMap(([id, count]) =>
    count === 0 && !inTransit.has(id) ? [`nobody holds ${id} (${courseOf(books, id)})`] : [],
  )
}

function withHolders(books: readonly Book[]): string[] {
  return [...holdersIn(books)].flatMap(([id, count]) =>
    count > 1 ? [`${count} hold ${id} (${courseOf(books, id)})`] : [],
  )
}

/** Where each jurisdiction says that a case is, for finding the cause of a failure. */
function courseOf(books: readonly Book[], caseId: unknown): string {
  return books
    .flatMap(({ slug, requests, handoffs }) => [
      ...requests
        .filter(row => row.case_id === caseId)
        .map(row => `${slug}: ${row.id} ${row.custody} ${row.passed_to ?? ''}`.trim()),
      ...handoffs
        .filter(row => row.case_id === caseId)
        .map(row => `${slug}: ${row.id} ${row.side} ${row.state}`),
    ])
    .join(', ')
}

function doneTwice(books: readonly Book[], ledger: Ledger): string[] {
  const known = new Set<unknown>(ledger.changes.map(({ text }) => text))
  const requests = books.flatMap(book => book.requests)
  const filed = requests.filter(row => row.id === row.case_id).map(row => row.description)
  const texts = books.flatMap(book => book.texts).map(row => row.text)
  return [
    ...twiceIn(filed).map(([name, times]) => `${name} was filed ${times} times`),
    ...twiceIn(texts.filter(text => known.has(text))).map(
      ([text, times]) => `${text} was done ${times} times`,
    ),
  ]
}

function twiceIn(values: readonly unknown[]): [unknown, number][] {
  const counts = new Map<unknown, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].filter(([value, times]) => value !== '' && times > 1)
}
