import type { Right } from '../../core/access.ts'
import { answerProposal, ownDuplicate, propose, unlink } from '../../handoffs/duplicates/duplicates.ts'
import { offer } from '../../handoffs/offers.ts'
import { handoffKinds } from '../../handoffs/schema.ts'
import { withdrawOffersOf } from '../../handoffs/withdraw.ts'
import { addNote, changeStatus, type StatusChange } from '../../requests/change.ts'
import { closeReasons, statuses } from '../../requests/schema.ts'
import { reviewRequest } from '../../requests/triage/review.ts'
import { viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../shell/context.ts'
import {
  fieldError,
  formStateFor,
  readSubmitted,
  refuseMissing,
  type SubmittedForm,
  textOf,
} from '../shell/form.tsx'
import { type ActionResult, done, requestPath } from '../shell/frame.tsx'
import { duplicatePath } from './duplicate-page.tsx'
import { showRequest } from './request-page.tsx'

interface RequestAction {
  readonly name: string
  readonly right: Right
  run(context: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult | Confirmation>
}

/** The path of the page that asks before it is done. */
interface Confirmation {
  readonly confirm: string
}

export const requestActions: readonly RequestAction[] = [
  { name: 'status', right: 'change', run: advanceStatus },
  { name: 'close', right: 'change', run: close },
  { name: 'reopen', right: 'change', run: reopen },
  { name: 'review', right: 'change', run: review },
  { name: 'note', right: 'change', run: note },
  { name: 'offer', right: 'handoffs', run: makeOffer },
  { name: 'duplicates', right: 'change', run: proposeDuplicate },
  { name: 'answer', right: 'change', run: answerDuplicate },
  { name: 'unlink', right: 'change', run: unlinkDuplicate },
]

/** Runs a form's action. If it is refused, the page is shown again with what was typed. */
export async function actOnRequest(
  c: StaffPageContext,
  { name, right, run }: RequestAction,
): Promise<Response> {
  const view = viewOf(c)
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaff(c, right, { request: id })
  const sent = await readSubmitted(c, name)
  try {
    const result = await run(context, id, sent)
    if (typeof result === 'object') return c.redirect(view.href(result.confirm), 303)
    return done(c, view, requestPath(context, id), result)
  } catch (error) {
    return showRequest(c, formStateFor(view, sent, error))
  }
}

async function applyStatus(
  { platform, db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
  change: Pick<StatusChange, 'to' | 'reason' | 'text'>,
): Promise<void> {
  const { version, key: idempotencyKey } = sent
  const input = { ...change, version, idempotencyKey }
  await changeStatus(db, id, input, platform.clock.now(), withdrawOffersOf)
}

async function advanceStatus(context: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult> {
  const to = statuses.find(known => known === sent.one('to'))
  if (to !== 'acknowledged' && to !== 'in_progress') throw fieldError('to', 'not-an-option')
  await applyStatus(context, id, sent, { to, text: textOf(sent, 'text') })
  return to
}

async function close(context: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult> {
  const typed = sent.one('reason')
  const reason = closeReasons.find(known => known === typed)
  if (reason === undefined) throw fieldError('reason', typed === '' ? 'required' : 'not-an-option')
  await applyStatus(context, id, sent, { to: 'closed', reason, text: textOf(sent, 'text') })
  return 'closed'
}

async function reopen(context: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult> {
  refuseMissing(sent, ['reason'])
  await applyStatus(context, id, sent, { to: 'acknowledged', text: textOf(sent, 'reason') })
  return 'reopened'
}

async function review(
  { platform, region, db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
): Promise<ActionResult> {
  const decided = (['urgent', 'not-urgent', 'later'] as const).find(known => known === sent.one('as'))
  if (decided === undefined) throw fieldError('as', sent.one('as') === '' ? 'required' : 'not-an-option')
  const { version, key: idempotencyKey } = sent
  // Until somebody else has looked, it stays as urgent as it is.
  const urgent = decided === 'later' ? undefined : decided === 'urgent'
  const input = { urgent, review: decided === 'later', text: textOf(sent, 'text'), version, idempotencyKey }
  await reviewRequest(db, region, id, input, platform.clock.now())
  return decided === 'later' ? 'review-later' : 'reviewed'
}

async function note({ platform, db }: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult> {
  const seenBy = sent.one('for')
  if (seenBy !== 'staff' && seenBy !== 'everyone') throw fieldError('for', 'required')
  const isPublic = seenBy === 'everyone'
  const input = { text: textOf(sent, 'text', 4000), public: isPublic, idempotencyKey: sent.key }
  await addNote(db, id, input, platform.clock.now())
  return isPublic ? 'public-note' : 'note'
}

async function makeOffer(
  { platform, region, db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
): Promise<ActionResult> {
  const kind = handoffKinds.find(known => known === sent.one('kind'))
  if (kind === undefined) throw fieldError('kind', 'required')
  refuseMissing(sent, ['receiver', 'reason'])
  await offer(platform, db, region, {
    request: id,
    version: sent.version,
    receiver: sent.one('receiver'),
    kind,
    reason: sent.one('reason'),
    text: textOf(sent, 'text'),
    idempotencyKey: sent.key,
  })
  return kind === 'share' ? 'shared' : 'offered'
}

function linkInput(id: string, sent: SubmittedForm) {
  const of = sent.one('of')
  if (of === '') throw fieldError('of', 'required')
  return { request: id, of, text: textOf(sent, 'text'), idempotencyKey: sent.key }
}

async function proposeDuplicate(
  context: ChangeContext,
  id: string,
  sent: SubmittedForm,
): Promise<ActionResult | Confirmation> {
  const { platform, region, db } = context
  const input = linkInput(id, sent)
  const pair = await ownDuplicate(db, region, input)
  if (pair !== undefined && sent.one('stays') !== pair.survivor)
    return { confirm: duplicatePath(context, id, pair.other.caseId) }
  const { state } = await propose(platform, db, region, input)
  return state === 'confirmed' ? 'duplicate-confirmed' : 'duplicate-proposed'
}

async function answerDuplicate(
  { platform, region, db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
): Promise<ActionResult> {
  const typed = sent.one('confirmed')
  if (typed !== 'yes' && typed !== 'no') throw fieldError('confirmed', 'required')
  const confirmed = typed === 'yes'
  const input = { ...linkInput(id, sent), confirmed }
  await answerProposal(platform, db, region, input)
  return confirmed ? 'duplicate-confirmed' : 'duplicate-declined'
}

async function unlinkDuplicate(
  { platform, region, db }: ChangeContext,
  id: string,
  sent: SubmittedForm,
): Promise<ActionResult> {
  await unlink(platform, db, region, linkInput(id, sent))
  return 'duplicate-unlinked'
}
