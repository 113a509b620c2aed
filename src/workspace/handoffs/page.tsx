import { mayFor, type Right } from '../../core/access.ts'
import { problem } from '../../core/problem.ts'
import { accept, decide, refuse, withdraw } from '../../handoffs/answers.ts'
import { type HandoffRow, handoffSidesOf, type SeenHandoff } from '../../handoffs/find.ts'
import type { Attempt, CrossingContent, EndedContent } from '../../handoffs/messages/messages.ts'
import { isErased } from '../../handoffs/messages/offer-content.ts'
import { handoffSides, handoffStates } from '../../handoffs/schema.ts'
import { photoPaths } from '../../handoffs/view.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { reasonText } from '../../regions/runtime/reasons.ts'
import { ErrorSummary, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { Photos, RequestPlace } from '../requests/request-parts.tsx'
import {
  authorizeStaff,
  authorizeStaffRead,
  type ChangeContext,
  type StaffContext,
  type StaffPageContext,
} from '../shell/context.ts'
import {
  type FormState,
  fieldError,
  formStateFor,
  Refused,
  readSubmitted,
  type SubmittedForm,
  statusOf,
  textOf,
} from '../shell/form.tsx'
import { type ActionResult, requestPath, StaffPage, zoneOf } from '../shell/frame.tsx'
import { namesOf, serviceLabel } from '../shell/names.ts'
import { HandoffForms } from './forms.tsx'
import { AnswerBy, handoffPath } from './list.tsx'
import { NextStep, Outcome } from './outcome.tsx'

interface HandoffAction {
  readonly name: 'accept' | 'refuse' | 'withdraw' | 'decide'
  readonly right: Right
  /** The side of the handoff that may take this action. */
  readonly side: HandoffRow['side']
  run(context: ChangeContext, id: string, sent: SubmittedForm): Promise<ActionResult>
}

/** The message after it names what was offered. */
function resultOf(sent: SubmittedForm, result: 'accepted' | 'refused' | 'withdrawn'): ActionResult {
  return sent.one('kind') === 'share' ? `share-${result}` : result
}

export const handoffActions: readonly HandoffAction[] = [
  {
    name: 'accept',
    right: 'handoffs',
    side: 'receiver',
    async run({ platform, db }, id, sent) {
      await accept(platform, db, id, textOf(sent, 'text'), { idempotencyKey: sent.key })
      return resultOf(sent, 'accepted')
    },
  },
  {
    name: 'refuse',
    right: 'handoffs',
    side: 'receiver',
    async run({ platform, region, db }, id, sent) {
      const reason = sent.one('reason')
      if (reason === '') throw fieldError('reason', 'required')
      const counter = sent.one('counter') || null
      const input = { reason, text: textOf(sent, 'text'), counter, idempotencyKey: sent.key }
      await refuse(platform, db, region, id, input)
      return resultOf(sent, 'refused')
    },
  },
  {
    name: 'withdraw',
    right: 'handoffs',
    side: 'sender',
    async run({ platform, db }, id, sent) {
      await withdraw(platform, db, id, { idempotencyKey: sent.key })
      return resultOf(sent, 'withdrawn')
    },
  },
  {
    name: 'decide',
    right: 'decide',
    side: 'arbitrator',
    async run({ platform, region, db }, id, sent) {
      const holder = sent.one('holder')
      if (holder === '') throw fieldError('holder', 'required')
      const input = { holder, text: textOf(sent, 'text'), idempotencyKey: sent.key }
      await decide(platform, db, region, id, input)
      return 'decided'
    },
  },
]

export async function actOnHandoff(
  c: StaffPageContext,
  { name, right, side, run }: HandoffAction,
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const view = viewOf(c)
  const context = await authorizeStaff(c, right, { handoff: id })
  const sent = await readSubmitted(c, name)
  try {
    const actionResult = await run(context, id, sent)
    const path = handoffPath(context.jurisdiction.slug, id, side)
    return c.redirect(view.href(`${path}&done=${actionResult}`), 303)
  } catch (error) {
    return showHandoff(c, side, formStateFor(view, sent, error))
  }
}

export async function handoffPage(c: StaffPageContext) {
  return showHandoff(
    c,
    handoffSides.find(side => side === c.req.query('side')),
    undefined,
  )
}

async function showHandoff(
  c: StaffPageContext,
  side: HandoffRow['side'] | undefined,
  formState: FormState | undefined,
) {
  const view = viewOf(c)
  const { t, site, language } = view
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaffRead(c, 'read', { handoff: id })
  const [names, rows] = await Promise.all([
    namesOf(context.platform, context.signedIn),
    handoffSidesOf(context.db, id),
  ])
  const row = rows.find(candidate => side === undefined || candidate.side === side)
  if (row === undefined) throw problem('not-found')
  const { content } = row
  const { slug } = context.jurisdiction
  const may = (right: Right) => !context.isFrozen && mayFor(context.access, right, content.serviceCode)
  const errors = formState?.errors ?? []
  const name = serviceLabel(view, slug, content.serviceCode, content.serviceName)
  const zone = zoneOf(view, context)
  const title = titled(view, t('work-handoff-title', { kind: row.kind, number: row.caseId, name }), errors)
  return c.html(
    <StaffPage
      {...{ c, view, context, title }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="handoffs"
    >
      <ErrorSummary view={view} errors={errors} />
      <Refused
        view={view}
        formState={formState}
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
          <Subject {...{ view, context, row, content }} />
        </div>
        <aside class="work__side" aria-label={t('work-beside')}>
          <section class="panel" aria-labelledby="why">
            <h2 id="why">{t('work-why', { kind: row.kind })}</h2>
            <p>
              <strong>{reasonText(site.region, row.reason, language)}</strong>
            </p>
            {row.text === null && <p class="usa-hint">{t('work-notes-hidden')}</p>}
            <Words text={row.text} />
            <Answer {...{ view, context, row }} />
            <Tried view={view} tried={row.tried} />
          </section>
          {!isErased(content) && <HandoffForms {...{ c, view, context, row, content, may, formState }} />}
        </aside>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

function Words({ text }: { text: string | null }) {
  return (
    text && (
      <p class="case__text" dir="auto">
        {text}
      </p>
    )
  )
}

interface SubjectProps {
  view: PageView
  context: StaffContext
  row: SeenHandoff
  content: CrossingContent | EndedContent
}

function Subject({ view, context, row, content }: SubjectProps) {
  const { t } = view
  return (
    <section aria-labelledby="what">
      <h2 id="what" class="work__first">
        {t('work-what')}
      </h2>
      {row.request !== null && row.side !== 'arbitrator' && (
        <p>
          <a class="usa-link" href={view.href(requestPath(context, row.request))}>
            {t('work-open-request')}
          </a>
        </p>
      )}
      {isErased(content) ? (
        <p class="usa-hint">{t('work-handoff-erased', { kind: row.kind })}</p>
      ) : (
        <Crossing {...{ view, context, row, content }} />
      )}
    </section>
  )
}

function Crossing({ view, context, row, content }: SubjectProps & { content: CrossingContent }) {
  return (
    <>
      {content.description ? (
        <p class="case__text" dir="auto">
          {content.description}
        </p>
      ) : (
        <p class="usa-hint">{view.t('work-no-description')}</p>
      )}
      <RequestPlace view={view} place={content} />
      {content.answers.length > 0 && (
        <dl class="facts">
          {content.answers.map(({ question, values }) => (
            <div>
              <dt>{question}</dt>
              <dd dir="auto">{values.map(({ label }) => label).join(', ')}</dd>
            </div>
          ))}
        </dl>
      )}
      <Photos view={view} paths={photoPaths(context.jurisdiction.slug, row, content)} />
    </>
  )
}

function Answer({ view, context, row }: { view: PageView; context: StaffContext; row: SeenHandoff }) {
  if (!row.answered && row.state !== 'timed-out' && row.state !== 'kept') return null
  return (
    <>
      <h3>{view.t('work-answer')}</h3>
      <Outcome {...{ view, context, row }} />
      <NextStep {...{ view, context, row }} />
    </>
  )
}

function Tried({ view, tried }: { view: PageView; tried: readonly Attempt[] }) {
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

function stateText({ t }: PageView, typed: string): string {
  const state = handoffStates.find(known => known === typed)
  return state === undefined ? typed : t(`work-handoff-${state}`)
}
