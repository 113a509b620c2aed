import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { parseTrackingNumber } from '../core/ids.ts'
import { asProblem, problem } from '../core/problem.ts'
import {
  answerCheckBack,
  askToFollow,
  confirmFollow,
  type LinkPurpose,
  openLink,
  unfollow,
} from '../notify/follow.ts'
import type { Door } from '../regions/site.ts'
import { NoMailNote } from '../web/components.tsx'
import { EmailField, FaultSummary, type FieldMessage } from '../web/fields.tsx'
import { readForm } from '../web/form.ts'
import { Page } from '../web/layout.tsx'
import { type View, viewOf } from '../web/view.ts'

/*
 * Following a case by e-mail, and where the links in its letters lead. Looking at a link changes nothing, because mail
 * programs look at every link: each act is a button.
 */

type PageContext = Context<Door>

/** On the page of a public case. */
export function FollowForm({ view, number }: { view: View; number: string }) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="follow">
      <h2 id="follow">{t('follow-title')}</h2>
      <p>{t('follow-text')}</p>
      <EmailForm view={view} number={number} email="" faults={[]} />
    </section>
  )
}

interface EmailFormProps {
  view: View
  number: string
  email: string
  faults: readonly FieldMessage[]
}

function EmailForm({ view, number, email, faults }: EmailFormProps) {
  const { t } = view
  return (
    <form method="post" action={view.href(`/cases/${number}/follow`)} novalidate>
      <NoMailNote view={view} />
      <EmailField view={view} value={email} faults={faults} />
      <button class="usa-button usa-button--outline" type="submit">
        {t('follow-go')}
      </button>
    </form>
  )
}

export function followPage(c: PageContext) {
  const number = parseTrackingNumber(c.req.param('number') ?? '')
  if (number === undefined) throw problem('not-found')
  return c.html(<FollowPage view={viewOf(c)} number={number.id} email="" faults={[]} />)
}

function FollowPage(props: EmailFormProps) {
  const { view, faults } = props
  return (
    <Simple view={view} title={view.t('follow-title')}>
      <FaultSummary view={view} faults={faults} />
      <p>{view.t('follow-text')}</p>
      <EmailForm {...props} />
    </Simple>
  )
}

export async function follow(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const number = c.req.param('number') ?? ''
  const email = String((await readForm(c)).get('email') ?? '').trim()
  try {
    const wish = { number, email, language: view.language }
    await askToFollow(c.get('platform'), c.get('site').region, wish)
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const label = t('field-email')
    const faults = fields.map(({ field, code }) => ({ field, label, message: t(`fault-${code}`) }))
    return c.html(<FollowPage {...{ view, number, email, faults }} />, 400)
  }
  return c.html(
    <Simple view={view} title={t('follow-asked-title')}>
      <p>{t('follow-asked-text')}</p>
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
  const { t } = view
  await confirmFollow(c.get('platform'), link)
  return c.html(
    <Simple view={view} title={t('follow-done-title', { number: link.caseId })}>
      <p>{t('follow-done-text')}</p>
      <CaseLink view={view} number={link.caseId} />
    </Simple>,
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

/** By the button, or by a mail program's own (RFC 8058). */
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
  const said = (await readForm(c)).get('answer')
  if (said !== 'yes' && said !== 'no') return answerPage(c)
  await answerCheckBack(c.get('platform'), link, said === 'yes')
  return c.html(
    <Simple view={view} title={t('answer-done-title')}>
      <p>{t('answer-done-text')}</p>
      <CaseLink view={view} number={link.caseId} />
    </Simple>,
  )
}

async function linkOf(c: PageContext, purpose: LinkPurpose) {
  const { region } = c.get('site')
  const link = await openLink(c.get('platform'), region, purpose, c.req.param('token') ?? '')
  return { view: viewOf(c), link }
}

function Simple({ view, title, children }: { view: View; title: string; children?: Child }) {
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

function CaseLink({ view, number }: { view: View; number: string }) {
  return (
    <p>
      <a class="usa-link" href={view.href(`/cases/${number}`)}>
        {view.t('follow-page')}
      </a>
    </p>
  )
}
