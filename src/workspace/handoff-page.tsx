import { mayFor, type Right } from '../core/access.ts'
import { problem } from '../core/problem.ts'
import { accept, decide, refuse, withdraw } from '../handoffs/answers.ts'
import { type HandoffRow, handoffSidesOf, type SeenHandoff } from '../handoffs/find.ts'
import type { Attempt, CrossingContent } from '../handoffs/messages.ts'
import { handoffSides, handoffStates } from '../handoffs/schema.ts'
import { photoPaths } from '../handoffs/view.ts'
import { reasonText } from '../regions/reasons.ts'
import { Moment } from '../web/components.tsx'
import { FaultSummary, titled } from '../web/fields.tsx'
import { type View, viewOf } from '../web/view.ts'
import { type Again, againFor, badField, Refused, readSent, type Sent, statusOf, wordsOf } from './form.tsx'
import { type Deed, requestPath, StaffPage, zoneOf } from './frame.tsx'
import { HandoffForms } from './handoff-forms.tsx'
import { AnswerBy, handoffPath } from './handoff-list.tsx'
import { bodyName, namesOf, serviceLabel } from './names.ts'
import { type ChangeOffice, type Office, openToAct, openToSee, type PageContext } from './office.ts'
import { Photos, Where } from './request-parts.tsx'

interface HandoffAct {
  /** Names the form, and is the last part of where it is sent. */
  readonly name: 'accept' | 'refuse' | 'withdraw' | 'decide'
  readonly right: Right
  /** Whose act it is. */
  readonly side: HandoffRow['side']
  run(c: PageContext, office: ChangeOffice, id: string, sent: Sent): Promise<Deed>
}

export const handoffActs: readonly HandoffAct[] = [
  {
    name: 'accept',
    right: 'handoffs',
    side: 'receiver',
    async run(c, { db }, id, sent) {
      await accept(c.get('platform'), db, id, wordsOf(sent, 'text'), { idempotencyKey: sent.key })
      return 'accepted'
    },
  },
  {
    name: 'refuse',
    right: 'handoffs',
    side: 'receiver',
    async run(c, { db }, id, sent) {
      const reason = sent.one('reason')
      if (reason === '') throw badField('reason', 'required')
      const said = { reason, text: wordsOf(sent, 'text'), counter: sent.one('counter') || null }
      await refuse(c.get('platform'), db, c.get('site').region, id, said, { idempotencyKey: sent.key })
      return 'refused'
    },
  },
  {
    name: 'withdraw',
    right: 'handoffs',
    side: 'sender',
    async run(c, { db }, id, sent) {
      await withdraw(c.get('platform'), db, id, { idempotencyKey: sent.key })
      return 'withdrawn'
    },
  },
  {
    name: 'decide',
    right: 'decide',
    side: 'arbitrator',
    async run(c, { db }, id, sent) {
      const holder = sent.one('holder')
      if (holder === '') throw badField('holder', 'required')
      const said = { holder, text: wordsOf(sent, 'text') }
      await decide(c.get('platform'), db, c.get('site').region, id, said, { idempotencyKey: sent.key })
      return 'decided'
    },
  },
]

/** Does what its form asks, and leads back to the handoff. */
export async function actOnHandoff(
  c: PageContext,
  { name, right, side, run }: HandoffAct,
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const view = viewOf(c)
  const office = await openToAct(c, right, { handoff: id })
  const sent = await readSent(c, name)
  try {
    const deed = await run(c, office, id, sent)
    const path = handoffPath(office.jurisdiction.slug, id, side)
    return c.redirect(view.href(`${path}&done=${deed}`), 303)
  } catch (error) {
    return showHandoff(c, side, againFor(view, sent, error))
  }
}

export async function handoffPage(c: PageContext) {
  return showHandoff(
    c,
    handoffSides.find(side => side === c.req.query('side')),
    undefined,
  )
}

/** One side of a handoff: what it is about as far as it crosses, both sides' words, and what may be answered. */
async function showHandoff(c: PageContext, side: HandoffRow['side'] | undefined, again: Again | undefined) {
  const view = viewOf(c)
  const { t, site, language } = view
  const id = c.req.param('id') ?? ''
  const office = await openToSee(c, 'read', { handoff: id })
  const [names, rows] = await Promise.all([namesOf(c, office.signedIn), handoffSidesOf(office.db, id)])
  const row = rows.find(candidate => side === undefined || candidate.side === side)
  if (row === undefined) throw problem('not-found')
  const content = JSON.parse(row.content) as CrossingContent
  const { slug } = office.jurisdiction
  const may = (right: Right) => !office.isFrozen && mayFor(office.access, right, content.serviceCode)
  const faults = again?.faults ?? []
  const name = serviceLabel(view, slug, content.serviceCode, content.serviceName)
  const zone = zoneOf(view, office)
  const title = titled(view, t('work-handoff-title', { number: row.caseId, name }), faults)
  return c.html(
    <StaffPage
      {...{ c, view, office, title }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="handoffs"
    >
      <FaultSummary view={view} faults={faults} />
      <Refused
        view={view}
        again={again}
        now={<p>{t('work-stands', { status: t(`work-handoff-${row.state}`) })}</p>}
      />
      <h1>
        <span class="kicker number">{row.caseId}</span> {name}
      </h1>
      <p class="work__state">
        <span class="mark">{t(`work-handoff-${row.state}`)}</span>
        <span>
          {t(row.kind === 'share' ? 'work-share-from-to' : 'work-transfer-from-to', {
            from: bodyName(site.region, row.sender),
            to: bodyName(site.region, row.receiver),
          })}
        </span>
        <AnswerBy {...{ view, row, zone }} />
      </p>
      <div class="work__columns">
        <div class="work__main">
          <Matter {...{ view, office, row, content }} />
        </div>
        <aside class="work__side" aria-label={t('work-beside')}>
          <section class="panel" aria-labelledby="why">
            <h2 id="why">{t('work-why')}</h2>
            <p>
              <strong>{reasonText(site.region, row.reason, language)}</strong>
            </p>
            {row.text === null && <p class="usa-hint">{t('work-notes-hidden')}</p>}
            <Words text={row.text} />
            {row.state === 'kept' && (
              <p>{t('work-kept-text', { sender: bodyName(site.region, row.sender) })}</p>
            )}
            <Answer {...{ view, row, zone }} />
            <Tried view={view} tried={row.tried} />
          </section>
          <HandoffForms {...{ c, view, office, row, content, may, again }} />
        </aside>
      </div>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}

function Words({ text }: { text: string | null }) {
  return text && <p class="case__text">{text}</p>
}

interface MatterProps {
  view: View
  office: Office
  row: SeenHandoff
  content: CrossingContent
}

function Matter({ view, office, row, content }: MatterProps) {
  const { t } = view
  return (
    <section aria-labelledby="what">
      <h2 id="what" class="work__first">
        {t('work-what')}
      </h2>
      {row.request !== null && row.side !== 'arbitrator' && (
        <p>
          <a class="usa-link" href={view.href(requestPath(office, row.request))}>
            {t('work-open-request')}
          </a>
        </p>
      )}
      {content.description ? (
        <p class="case__text">{content.description}</p>
      ) : (
        <p class="usa-hint">{t('work-no-description')}</p>
      )}
      <Where view={view} place={content} />
      {content.answers.length > 0 && (
        <dl class="facts">
          {content.answers.map(({ question, values }) => (
            <div>
              <dt>{question}</dt>
              <dd>{values.map(({ label }) => label).join(', ')}</dd>
            </div>
          ))}
        </dl>
      )}
      <Photos view={view} paths={photoPaths(office.jurisdiction.slug, row, content)} />
    </section>
  )
}

function Answer({ view, row, zone }: { view: View; row: SeenHandoff; zone: string }) {
  const { t, site, language } = view
  if (!row.answered) return null
  return (
    <>
      <h3>{t('work-answer')}</h3>
      <p>
        <span class="mark">{t(`work-handoff-${row.state}`)}</span>{' '}
        {row.answeredAt !== null && <Moment view={view} at={row.answeredAt} zone={zone} exact />}
      </p>
      {row.answerReason !== null && <p>{reasonText(site.region, row.answerReason, language)}</p>}
      <Words text={row.answerText} />
      {row.counter !== null && <p>{t('work-counter', { name: bodyName(site.region, row.counter) })}</p>}
    </>
  )
}

function Tried({ view, tried }: { view: View; tried: readonly Attempt[] }) {
  const { t, site, language } = view
  if (tried.length === 0) return null
  return (
    <>
      <h3>{t('work-tried')}</h3>
      <ul class="plain">
        {tried.map(({ receiver, state, reason, text, counter }) => (
          <li>
            <strong>{bodyName(site.region, receiver)}</strong>{' '}
            <span class="mark">{stateText(view, state)}</span>
            {reason !== null && <p>{reasonText(site.region, reason, language)}</p>}
            <Words text={text} />
            {counter !== null && <p>{t('work-counter', { name: bodyName(site.region, counter) })}</p>}
          </li>
        ))}
      </ul>
    </>
  )
}

function stateText({ t }: View, said: string): string {
  const state = handoffStates.find(known => known === said)
  return state === undefined ? said : t(`work-handoff-${state}`)
}
