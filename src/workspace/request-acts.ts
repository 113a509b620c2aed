import type { Right } from '../core/access.ts'
import { answerProposal, propose, unlink } from '../handoffs/duplicates.ts'
import { offer } from '../handoffs/offers.ts'
import { handoffKinds } from '../handoffs/schema.ts'
import { withdrawOffersOf } from '../handoffs/withdraw.ts'
import { addNote, changeStatus } from '../requests/change.ts'
import { closeReasons, type Status, statuses } from '../requests/schema.ts'
import { viewOf } from '../web/view.ts'
import { againFor, badField, readSent, refuseMissing, type Sent, wordsOf } from './form.tsx'
import { type Deed, done, requestPath } from './frame.tsx'
import { type ChangeOffice, openToAct, type PageContext } from './office.ts'
import { showRequest } from './request-page.tsx'

/* What the forms of a request's page do. Each leads back to the page, and says there what it has done. */

interface RequestAct {
  /** Names the form, and is the last part of where it is sent. */
  readonly name: string
  readonly right: Right
  run(c: PageContext, office: ChangeOffice, id: string, sent: Sent): Promise<Deed>
}

export const requestActs: readonly RequestAct[] = [
  { name: 'status', right: 'change', run: moveOn },
  { name: 'close', right: 'change', run: close },
  { name: 'reopen', right: 'change', run: reopen },
  { name: 'note', right: 'change', run: note },
  { name: 'offer', right: 'handoffs', run: makeOffer },
  { name: 'duplicates', right: 'change', run: proposeDuplicate },
  { name: 'answer', right: 'change', run: answerDuplicate },
  { name: 'unlink', right: 'change', run: unlinkDuplicate },
]

/** Does what its form asks; what cannot be done stands on the page again. */
export async function act(c: PageContext, { name, right, run }: RequestAct): Promise<Response> {
  const view = viewOf(c)
  const id = c.req.param('id') ?? ''
  const office = await openToAct(c, right, { request: id })
  const sent = await readSent(c, name)
  try {
    return done(c, view, requestPath(office, id), await run(c, office, id, sent))
  } catch (error) {
    return showRequest(c, againFor(view, sent, error))
  }
}

async function change(
  c: PageContext,
  { db }: ChangeOffice,
  id: string,
  sent: Sent,
  to: Status,
  reason?: (typeof closeReasons)[number],
): Promise<void> {
  const { version, key: idempotencyKey } = sent
  const wish = { to, reason, text: wordsOf(sent, 'text'), version, idempotencyKey }
  await changeStatus(db, id, wish, c.get('platform').clock.now(), withdrawOffersOf)
  c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
}

async function moveOn(c: PageContext, office: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const to = statuses.find(known => known === sent.one('to'))
  if (to !== 'acknowledged' && to !== 'in_progress') throw badField('to', 'not-an-option')
  await change(c, office, id, sent, to)
  return to
}

async function close(c: PageContext, office: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const typed = sent.one('reason')
  const reason = closeReasons.find(known => known === typed)
  if (reason === undefined) throw badField('reason', typed === '' ? 'required' : 'not-an-option')
  await change(c, office, id, sent, 'closed', reason)
  return 'closed'
}

async function reopen(c: PageContext, office: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  await change(c, office, id, sent, 'acknowledged')
  return 'reopened'
}

async function note(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const seenBy = sent.one('for')
  if (seenBy !== 'staff' && seenBy !== 'everyone') throw badField('for', 'required')
  const isPublic = seenBy === 'everyone'
  const wish = { text: wordsOf(sent, 'text', 4000), public: isPublic, idempotencyKey: sent.key }
  await addNote(db, id, wish, c.get('platform').clock.now())
  c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return isPublic ? 'public-note' : 'note'
}

async function makeOffer(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const kind = handoffKinds.find(known => known === sent.one('kind'))
  if (kind === undefined) throw badField('kind', 'required')
  refuseMissing(sent, ['receiver', 'reason'])
  await offer(c.get('platform'), db, c.get('site').region, {
    request: id,
    version: sent.version,
    receiver: sent.one('receiver'),
    kind,
    reason: sent.one('reason'),
    text: wordsOf(sent, 'text'),
    idempotencyKey: sent.key,
  })
  return 'offered'
}

function linkWish(id: string, sent: Sent) {
  const of = sent.one('of')
  if (of === '') throw badField('of', 'required')
  return { request: id, of, text: wordsOf(sent, 'text'), idempotencyKey: sent.key }
}

async function proposeDuplicate(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const { state } = await propose(c.get('platform'), db, c.get('site').region, linkWish(id, sent))
  return state === 'confirmed' ? 'duplicate-confirmed' : 'duplicate-proposed'
}

async function answerDuplicate(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  const said = sent.one('confirmed')
  if (said !== 'yes' && said !== 'no') throw badField('confirmed', 'required')
  const confirmed = said === 'yes'
  const wish = { ...linkWish(id, sent), confirmed }
  await answerProposal(c.get('platform'), db, c.get('site').region, wish)
  return confirmed ? 'duplicate-confirmed' : 'duplicate-declined'
}

async function unlinkDuplicate(c: PageContext, { db }: ChangeOffice, id: string, sent: Sent): Promise<Deed> {
  await unlink(c.get('platform'), db, c.get('site').region, linkWish(id, sent))
  return 'duplicate-unlinked'
}
