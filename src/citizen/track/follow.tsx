import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { parseTrackingNumber } from '../../core/ids.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { cleanEmail } from '../../core/text.ts'
import { addressOf } from '../../identity/limits.ts'
import { askToFollow, confirmFollow, openLink, unfollow } from '../../notify/follow.ts'
import { openOptOut, optOut } from '../../notify/opt-out.ts'
import { answerCheckBack } from '../../partners/check-back.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { isSameMailbox } from '../../requests/followers/follower.ts'
import { optIn, recipientDb } from '../../requests/followers/recipient.ts'
import { NoMailNote } from '../../web/components/components.tsx'
import { EmailField, ErrorSummary, type FieldMessage, fieldMessage } from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { residentOf } from '../account/resident.ts'

/* Opening a link changes nothing, because mail programs fetch every link: each action is a button. */

type PageContext = Context<AppEnv>

export function FollowForm({ view, number }: { view: PageView; number: string }) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="follow">
      <h2 id="follow">{t('follow-title')}</h2>
      {view.sendsMail && <p>{t('follow-text')}</p>}
      <EmailForm view={view} number={number} email="" errors={[]} />
    </section>
  )
}

interface EmailFormProps {
  view: PageView
  number: string
  email: string
  errors: readonly FieldMessage[]
}

function EmailForm({ view, number, email, errors }: EmailFormProps) {
  const { t } = view
  return (
    <form method="post" action={view.href(`/cases/${number}/follow`)} novalidate>
      <NoMailNote view={view} />
      <EmailField view={view} value={email} errors={errors} />
      <button class="usa-button usa-button--outline" type="submit">
        {t('follow-go')}
      </button>
    </form>
  )
}

export function followPage(c: PageContext) {
  const number = parseTrackingNumber(c.req.param('number') ?? '')
  if (number === undefined) throw problem('not-found')
  return c.html(<FollowPage view={viewOf(c)} number={number.id} email="" errors={[]} />)
}

function FollowPage(props: EmailFormProps) {
  const { view, errors } = props
  return (
    <Simple view={view} title={view.t('follow-title')}>
      <ErrorSummary view={view} errors={errors} />
      {view.sendsMail && <p>{view.t('follow-text')}</p>}
      <EmailForm {...props} />
    </Simple>
  )
}

export async function follow(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const number = c.req.param('number') ?? ''
  const email = cleanEmail(String((await readForm(c)).get('email') ?? ''))
  const resident = await residentOf(c)
  const isProven = isSameMailbox(email, resident?.account.email ?? '')
  try {
    const input = { number, email, language: view.language, isProven, network: addressOf(c) }
    await askToFollow(c.get('platform'), c.get('site').region, input)
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const errors = fields.map(error => fieldMessage(t, error.field, t('field-email'), error))
    return c.html(<FollowPage {...{ view, number, email, errors }} />, 400)
  }
  if (isProven) return c.html(<FollowedPage view={view} number={number} />)
  return c.html(
    <Simple view={view} title={t('follow-asked-title')}>
      {view.sendsMail ? <p>{t('follow-asked-text')}</p> : <NoMailNote view={view} />}
      <CaseLink view={view} number={number} />
    </Simple>,
  )
}

export async function confirmPage(c: PageContext) {
  const { view, link } = await linkOf(c, 'follow')
  const { t } = view
  return c.html(
    <Simple view={view} title={t('follow-confirm-title', { number: link.caseId })}>
      <p>{t('follow-confirm-text')}</p>
      <Buttons labels={[['yes', t('follow-confirm-go')]]} />
    </Simple>,
  )
}

export async function confirm(c: PageContext) {
  const { view, link } = await linkOf(c, 'follow')
  await confirmFollow(c.get('platform'), link, view.eventTypes)
  return c.html(<FollowedPage view={view} number={link.caseId} />)
}

function FollowedPage({ view, number }: { view: PageView; number: string }) {
  const { t } = view
  return (
    <Simple view={view} title={t('follow-done-title', { number })}>
      {view.sendsMail ? <p>{t('follow-done-text')}</p> : <NoMailNote view={view} />}
      <CaseLink view={view} number={number} />
    </Simple>
  )
}

export async function unfollowPage(c: PageContext) {
  const { view, link } = await linkOf(c, 'unfollow')
  const { t } = view
  return c.html(
    <Simple view={view} title={t('unfollow-title', { number: link.caseId })}>
      <p>{t('unfollow-text')}</p>
      <Buttons labels={[['yes', t('unfollow-go')]]} />
    </Simple>,
  )
}

/** By the page's button, or a mail program's one-click unsubscribe (RFC 8058). */
export async function stop(c: PageContext) {
  const { view, link } = await linkOf(c, 'unfollow')
  const { t } = view
  await unfollow(link)
  return c.html(
    <Simple view={view} title={t('unfollow-done-title')}>
      <p>{t('unfollow-done-text', { number: link.caseId })}</p>
      <CaseLink view={view} number={link.caseId} />
    </Simple>,
  )
}

export async function optOutPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { region } = c.get('site')
  const { isOut } = await openOptOut(c.get('platform'), region, c.req.param('token') ?? '')
  const { name } = region.documents.region
  const [title, words, button] = isOut
    ? ([t('opt-out-done-title'), t('opt-out-done-text', { name }), ['allow', t('opt-in-go')]] as const)
    : ([t('opt-out-title'), t('opt-out-text', { name }), ['stop', t('opt-out-go')]] as const)
  return c.html(
    <Simple view={view} title={title}>
      <p>{words}</p>
      <Buttons labels={[button]} />
    </Simple>,
  )
}

/** By the page's button, or a mail program's one-click unsubscribe (RFC 8058), which always stops them. */
export async function changeOptOut(c: PageContext) {
  const view = viewOf(c)
  const { region } = c.get('site')
  const platform = c.get('platform')
  const { recipient } = await openOptOut(platform, region, c.req.param('token') ?? '')
  // A mail program may send a body that is not a form. One that is too large is refused here too.
  const form = await readForm(c).catch(notAForm)
  if (form?.get('answer') !== 'allow') {
    await optOut(platform, region, recipient)
    return optOutPage(c)
  }
  await optIn(recipientDb(platform, region.slug), recipient)
  return c.html(
    <Simple view={view} title={view.t('opt-in-done-title')}>
      <p>{view.t('opt-in-done-text')}</p>
    </Simple>,
  )
}

function notAForm(error: unknown): undefined {
  if (asProblem(error).slug !== 'bad-request') throw error
}

export async function answerPage(c: PageContext) {
  const { view, link } = await linkOf(c, 'answer')
  const { t } = view
  const labels = [
    ['yes', t('answer-yes')],
    ['no', t('answer-no')],
  ] as const
  return c.html(
    <Simple view={view} title={t('answer-title')}>
      <p>{t('answer-text', { number: link.caseId })}</p>
      <Buttons labels={labels} />
    </Simple>,
  )
}

export async function answer(c: PageContext) {
  const { view, link } = await linkOf(c, 'answer')
  const { t } = view
  const typed = (await readForm(c)).get('answer')
  if (typed !== 'yes' && typed !== 'no') return answerPage(c)
  await answerCheckBack(c.get('platform'), link, typed === 'yes')
  return c.html(
    <Simple view={view} title={t('answer-done-title')}>
      <p>{t('answer-done-text')}</p>
      <CaseLink view={view} number={link.caseId} />
    </Simple>,
  )
}

async function linkOf(c: PageContext, purpose: string) {
  const { region } = c.get('site')
  const link = await openLink(c.get('platform'), region, purpose, c.req.param('token') ?? '')
  return { view: viewOf(c), link }
}

function Simple({ view, title, children }: { view: PageView; title: string; children?: Child }) {
  return (
    <Page view={view} title={title} personal>
      <div class="narrow">
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  )
}

function Buttons({ labels }: { labels: readonly (readonly [answer: string, label: string])[] }) {
  return (
    <form method="post">
      {labels.map(([answer, label], index) => (
        <button
          class={`usa-button usa-button--big${index > 0 ? ' usa-button--outline' : ''}`}
          name="answer"
          value={answer}
          type="submit"
        >
          {label}
        </button>
      ))}
    </form>
  )
}

function CaseLink({ view, number }: { view: PageView; number: string }) {
  return (
    <p>
      <a class="usa-link" href={view.href(`/cases/${number}`)}>
        {view.t('follow-page')}
      </a>
    </p>
  )
}
