import { problem } from '../core/problem.ts'
import { refuseWithRealUsers } from '../identity/demo.ts'
import type { KeptMessage } from '../platform/platform.ts'
import { currentHosts, currentRegion } from '../regions/runtime/current.ts'
import { Empty, Moment } from '../web/components/components.tsx'
import { Page } from '../web/components/layout.tsx'
import { type PageView, viewOf } from '../web/view.ts'
import type { SignInPageContext } from './session.ts'

/** Of all regions: it is there only while none of them has anybody real. */
export async function demoMailboxPage(c: SignInPageContext) {
  const platform = c.get('platform')
  if (platform.mailbox === undefined) throw problem('not-found')
  const { regions } = await currentHosts(platform)
  for (const slug of regions) await refuseWithRealUsers(platform, await currentRegion(platform, slug))
  const messages = [...platform.mailbox.messages()].sort((a, b) => b.at - a.at)
  return c.html(<MailboxPage view={viewOf(c)} messages={messages} own={platform.publicUrl} />)
}

interface Props {
  view: PageView
  messages: readonly KeptMessage[]
  own: string
}

function MailboxPage({ view, messages, own }: Props) {
  const { t } = view
  return (
    <Page view={view} title={t('demo-mailbox')} personal>
      <div class="narrow">
        <h1>{t('demo-mailbox')}</h1>
        <p class="usa-intro">{t('demo-mailbox-intro')}</p>
        {messages.length === 0 && <Empty>{t('demo-mailbox-none')}</Empty>}
        {messages.map(message => (
          <Message view={view} message={message} own={own} />
        ))}
      </div>
    </Page>
  )
}

function Message({
  view,
  message: { to, subject, text, at },
  own,
}: {
  view: PageView
  message: KeptMessage
  own: string
}) {
  return (
    <article class="panel kept-message">
      <h2>{subject || view.t('demo-mailbox-text')}</h2>
      <p class="report__note">
        {to} · <Moment view={view} at={at} zone={view.site.region.documents.region.timezone} />
      </p>
      <p class="kept-message__text" dir="auto">
        {text.split(/(https?:\/\/\S+)/).map(part =>
          part.startsWith(`${own}/`) ? (
            <a class="usa-link" href={part}>
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </p>
    </article>
  )
}
