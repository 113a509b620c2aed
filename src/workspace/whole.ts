import { seeing } from '../audit/seen.ts'
import { mayFor, type Right } from '../core/access.ts'
import { openRegion } from '../core/db.ts'
import { asProblem, problem } from '../core/problem.ts'
import { linksQuery } from '../handoffs/duplicates.ts'
import { handoffsOf } from '../handoffs/find.ts'
import { forwardsOf } from '../partners/to-partner.ts'
import { type Candidate, candidatesFor } from '../requests/duplicates.ts'
import { wholeLook, wholeOf, wholeQueries } from '../requests/find.ts'
import { openToSee, type PageContext } from './desk.ts'
import { namesOf } from './names.ts'

export type Whole = Awaited<ReturnType<typeof readWhole>>

/**
 * A request with all that its page shows, by the address's jurisdiction and number: one round trip there, then one to the
 * region, for the names of colleagues and what may be the same matter. Throws as the desk does, and `not-found`.
 */
export async function readWhole(c: PageContext) {
  const id = c.req.param('id') ?? ''
  const desk = await openToSee(c, 'read', { request: id })
  const { db, access, isFrozen, signedIn } = desk
  const [found, timeline, photos, others, handoffs, forwards, links] = await seeing(
    db,
    wholeLook(db, id),
  )([...wholeQueries(db, id), handoffsOf(db, id), forwardsOf(db, id), linksQuery(db, id)])
  const whole = await wholeOf(c.get('platform'), db, [found, timeline, photos, others])
  if (whole === undefined) throw problem('not-found')
  const { request } = whole
  const can = (right: Right) => mayFor(access, right, request.serviceCode)
  const isOpen = request.custody === 'held' && request.status !== 'closed'
  const comparable = isOpen && !isFrozen && !request.private && can('change')
  const [names, candidates] = await Promise.all([
    namesOf(
      c,
      signedIn,
      timeline.map(({ actor }) => actor),
    ),
    comparable ? candidatesOf(c, request) : [],
  ])
  const offered = handoffs.filter(
    ({ side, state }) => side === 'sender' && /^(offered|appealed)$/.test(state),
  )
  return {
    ...whole,
    desk,
    me: names.get(signedIn.holder) ?? '',
    names,
    handoffs,
    forwards,
    links,
    /** Null: the region's index cannot be asked now. */
    candidates,
    /** Its custody is on offer: until that is answered or withdrawn it stays where and what it is. */
    isOffered: offered.some(({ kind }) => kind === 'transfer'),
    isOpen,
    sees: can,
    /** What somebody may do here as things stand. */
    may: (right: Right) => !isFrozen && can(right),
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
