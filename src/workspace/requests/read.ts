import { appendAccessLog, withAccessLog } from '../../audit/access-log.ts'
import { mayFor, type Right } from '../../core/access.ts'
import { openPublicRegion } from '../../core/database/handles.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { undeliveredOf } from '../../handoffs/courier/outbox.ts'
import { linksQuery, linkTextsOf } from '../../handoffs/duplicates/duplicates.ts'
import { handoffsOf, handoffWordsOf } from '../../handoffs/find.ts'
import { undeliveredEmails } from '../../notify/undelivered.ts'
import { forwardsOf } from '../../partners/to-partner.ts'
import { type Candidate, candidatesFor } from '../../requests/case/duplicates.ts'
import { isHeldAndOpen } from '../../requests/case/guards.ts'
import { ratingOf } from '../../requests/case/rating.ts'
import { wholeCaseAccess, wholeOf, wholeQueries } from '../../requests/list/find.ts'
import { historyFor } from '../../residents/history.ts'
import { authorizeStaffRead, type ReadContext, type StaffPageContext } from '../shell/context.ts'
import { knownNames } from '../shell/names.ts'

export type WholeRequest = Awaited<ReturnType<typeof readWholeRequest>>

/**
 * Everything the request's page shows, in one round trip. Further ones only for colleagues' names that are not
 * cached, for a reporter with an account, and for `?duplicates`. Throws as `authorizeStaffRead` does, and
 * `not-found`.
 */
export async function readWholeRequest(c: StaffPageContext) {
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaffRead(c, 'read', { request: id })
  const { platform, db, access, isFrozen, signedIn } = context
  const [found, timeline, photos, others, handoffs, forwards, links, undelivered, ratings, [emails]] =
    await withAccessLog(
      db,
      wholeCaseAccess(db, id, [handoffWordsOf(db, id), linkTextsOf(db, id)]),
    )([
      ...wholeQueries(db, id),
      handoffsOf(db, id),
      forwardsOf(db, id),
      linksQuery(db, id),
      undeliveredOf(db, id),
      ratingOf(db, id),
      undeliveredEmails(db, id),
    ])
  const whole = await wholeOf(platform, db, [found, timeline, photos, others])
  if (whole === undefined) throw problem('not-found')
  const { request } = whole
  const can = (right: Right) => mayFor(access, right, request.serviceCode)
  const isOpen = isHeldAndOpen(request)
  const comparable = isOpen && !isFrozen && !request.private && can('change')
  const isAsked = c.req.query('duplicates') !== undefined
  const actors = timeline.map(({ actor }) => actor)
  const [names, candidates, history] = await Promise.all([
    knownNames(platform, signedIn, actors),
    comparable && isAsked ? candidatesOf(context, request) : undefined,
    historyOf(context, whole.contact?.account ?? null),
  ])
  const offered = handoffs.filter(
    ({ side, state }) => side === 'sender' && /^(offered|appealed)$/.test(state),
  )
  return {
    ...whole,
    context,
    me: names.get(signedIn.holder) ?? '',
    names,
    handoffs,
    forwards,
    links,
    undelivered,
    rating: ratings[0]?.score,
    emails: emails ?? { failed: 0, waiting: 0 },
    comparable,
    /** Undefined: not asked for. Null: the region's index is unavailable. */
    candidates,
    history,
    isOffered: offered.some(({ kind }) => kind === 'transfer'),
    isOpen,
    sees: can,
    may: (right: Right) => !isFrozen && can(right),
  }
}

/** The reporter's requests to other jurisdictions, as far as they consent. What is shown is in the access log. */
async function historyOf({ platform, db, access }: ReadContext, account: string | null) {
  const nothing = { found: [], unavailable: [] }
  if (account === null) return nothing
  try {
    const history = await historyFor(platform, access.region, access.jurisdiction, account)
    const numbers = history.found.map(({ id }) => id)
    if (numbers.length > 0) await appendAccessLog(db, 'history', numbers)
    return history
  } catch (error) {
    // Without the database their consent cannot be checked.
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return nothing
  }
}

async function candidatesOf(
  { platform, region }: ReadContext,
  request: Parameters<typeof candidatesFor>[2],
): Promise<readonly Candidate[] | null> {
  const index = openPublicRegion(platform, region.slug)
  try {
    return await candidatesFor(index, region, request, platform.clock.now())
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return null
  }
}
