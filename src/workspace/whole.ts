import { noteSeen, seeing } from '../audit/seen.ts'
import { mayFor, type Right } from '../core/access.ts'
import { openRegion } from '../core/db.ts'
import { asProblem, problem } from '../core/problem.ts'
import { linksQuery, linkWordsOf } from '../handoffs/duplicates.ts'
import { handoffsOf, handoffWordsOf } from '../handoffs/find.ts'
import { forwardsOf } from '../partners/to-partner.ts'
import { type Candidate, candidatesFor } from '../requests/duplicates.ts'
import { wholeLook, wholeOf, wholeQueries } from '../requests/find.ts'
import { historyFor } from '../residents/history.ts'
import { knownNames } from './names.ts'
import { type LookOffice, openToSee, type PageContext } from './office.ts'

export type Whole = Awaited<ReturnType<typeof readWhole>>

/**
 * A request with all that its page shows, by the address's jurisdiction and number, in one round trip. Others follow only
 * for colleagues whose names are not in memory, for a reporter with an account, and for `?duplicates`, which asks what may
 * be the same matter. Throws as `openToSee` does, and `not-found`.
 */
export async function readWhole(c: PageContext) {
  const id = c.req.param('id') ?? ''
  const office = await openToSee(c, 'read', { request: id })
  const { db, access, isFrozen, signedIn } = office
  const [found, timeline, photos, others, handoffs, forwards, links] = await seeing(
    db,
    wholeLook(db, id, [handoffWordsOf(db, id), linkWordsOf(db, id)]),
  )([...wholeQueries(db, id), handoffsOf(db, id), forwardsOf(db, id), linksQuery(db, id)])
  const whole = await wholeOf(c.get('platform'), db, [found, timeline, photos, others])
  if (whole === undefined) throw problem('not-found')
  const { request } = whole
  const can = (right: Right) => mayFor(access, right, request.serviceCode)
  const isOpen = request.custody === 'held' && request.status !== 'closed'
  const comparable = isOpen && !isFrozen && !request.private && can('change')
  const isAsked = c.req.query('duplicates') !== undefined
  const actors = timeline.map(({ actor }) => actor)
  const [names, candidates, history] = await Promise.all([
    knownNames(c, signedIn, actors),
    comparable && isAsked ? candidatesOf(c, request) : undefined,
    historyOf(c, office, whole.contact?.account ?? null),
  ])
  const offered = handoffs.filter(
    ({ side, state }) => side === 'sender' && /^(offered|appealed)$/.test(state),
  )
  return {
    ...whole,
    office,
    me: names.get(signedIn.holder) ?? '',
    names,
    handoffs,
    forwards,
    links,
    /** Whether it can be looked up what may be the same matter. */
    comparable,
    /** Undefined: it was not asked. Null: the region's index cannot be asked now. */
    candidates,
    history,
    /** Its custody is on offer: until that is answered or withdrawn it stays where and what it is. */
    isOffered: offered.some(({ kind }) => kind === 'transfer'),
    isOpen,
    sees: can,
    /** What somebody may do here as things stand. */
    may: (right: Right) => !isFrozen && can(right),
  }
}

/** What the reporter lets this jurisdiction see of their reports to others; what is shown of it is noted. */
async function historyOf(c: PageContext, { db, access }: LookOffice, account: string | null) {
  const nothing = { found: [], away: [] }
  if (account === null) return nothing
  try {
    const history = await historyFor(c.get('platform'), access.region, access.jurisdiction, account)
    const numbers = history.found.map(({ id }) => id)
    if (numbers.length > 0) await noteSeen(db, 'history', numbers)
    return history
  } catch (error) {
    // Whether they consent cannot be known now.
    if (asProblem(error).slug !== 'database-away') throw error
    return nothing
  }
}

async function candidatesOf(
  c: PageContext,
  request: Parameters<typeof candidatesFor>[2],
): Promise<readonly Candidate[] | null> {
  const { region } = c.get('site')
  const index = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
  try {
    return await candidatesFor(index, region, request, c.get('platform').clock.now())
  } catch (error) {
    if (asProblem(error).slug !== 'database-away') throw error
    return null
  }
}
