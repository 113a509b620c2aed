import type { TenantDb } from '../core/database/handles.ts'
import { type MessageKey, translator } from '../core/i18n.ts'
import type { Email, Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { localizedText } from '../regions/runtime/localized.ts'
import { siteAddress } from '../regions/runtime/site.ts'
import { rollUp, type ShareStatus } from '../requests/case/case.ts'
import { type EventTypes, payloadOf } from '../requests/event-types.ts'
import { reportSubmitted } from '../requests/events.ts'
import { addressOf, type FollowerRow } from '../requests/followers/follower.ts'
import type { EventRow, RequestRow } from '../requests/list/find.ts'
import { followerLink } from './follow.ts'
import { optOutLink } from './opt-out.ts'

/** What capabilities say in emails about events. */
export interface EmailWording {
  readonly eventTypes: EventTypes
  readonly emailLinks: readonly EmailLink[]
}

/** A link that only the reader of a follower's email can open, in emails about one type of event. */
export interface EmailLink {
  readonly purpose: string
  readonly event: string
  readonly page: string
  readonly text: MessageKey
}

export interface UpdateEmail {
  readonly follower: FollowerRow
  /** Null: the email that asks to confirm the subscription. */
  readonly event: EventRow | null
  readonly originCase: RequestRow
  readonly shares: readonly ShareStatus[]
}

/** The id is the same for every attempt. For a private case it says only that there is an update. */
export async function emailFor(
  platform: Platform,
  db: TenantDb,
  region: Region,
  news: UpdateEmail & EmailWording & { readonly recipient: string },
): Promise<Email> {
  const { event, originCase, follower, recipient } = news
  const site = siteAddress(platform, region)
  const stopAll = `${site}/unsubscribe/${await optOutLink(platform, region.slug, recipient)}`
  const common = {
    to: await addressOf(platform, db, follower),
    from: region.documents.region.name,
    id: `news.${event?.seq ?? 0}.${follower.id}`,
  }
  const replyTo = region.jurisdiction(db.slug)?.email ?? region.documents.region.email
  const t = translator(follower.language)
  const number = originCase.caseId
  const service = localizedText(
    region.service(originCase.serviceCode)?.name ?? originCase.serviceName,
    follower.language,
    [region.language],
  )
  if (event === null) {
    const link = `${site}/follow/${await followerLink(platform, db, 'follow', follower)}`
    const about = originCase.private ? number : `${number} (${service})`
    return {
      ...common,
      subject: t('email-subject-confirm', { number }),
      text: [
        t('email-confirm', { about, name: common.from }),
        link,
        t('email-confirm-ignore'),
        t('email-confirm-stop', { name: common.from, url: stopAll }),
      ].join('\n\n'),
      headers: headersOf(stopAll, replyTo),
    }
  }
  const stop = `${site}/unfollow/${await followerLink(platform, db, 'unfollow', follower)}`
  const links = news.emailLinks.filter(link => link.event === event.type)
  const linked = links.map(async ({ purpose, page, text }) =>
    t(text, { url: `${site}${page}/${await followerLink(platform, db, purpose, follower, event.seq)}` }),
  )
  const parts = [
    ...(originCase.private ? [t('email-private')] : eventText(region, follower.language, news, event)),
    ...(await Promise.all(linked)),
    t('email-look', { url: `${site}/cases/${number}` }),
    t('email-stop', { url: stop }),
    t('email-stop-all', { name: common.from, url: stopAll }),
  ]
  return {
    ...common,
    subject: originCase.private
      ? t('email-subject-private', { number })
      : t('email-subject', { number, service, change: changeOf(region, follower.language, news, event) }),
    text: parts.filter(part => part).join('\n\n'),
    headers: headersOf(stop, replyTo),
  }
}

// For the mail client's own unsubscribe button (RFC 2369, RFC 8058): one click, without a page.
function headersOf(stop: string, replyTo: string | undefined) {
  return {
    ...(replyTo === undefined ? {} : { 'Reply-To': replyTo }),
    'List-Unsubscribe': `<${stop}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Auto-Submitted': 'auto-generated',
  }
}

function changeOf(region: Region, language: string, { eventTypes }: EmailWording, event: EventRow): string {
  const title = eventTypes.publicText(region, language, event)?.title ?? translator(language)('event-note')
  return title.replace(/\s+/g, ' ').replace(/\.$/, '')
}

function eventText(
  region: Region,
  language: string,
  { originCase, shares, eventTypes }: UpdateEmail & EmailWording,
  event: EventRow,
): string[] {
  const t = translator(language)
  if (event.type === reportSubmitted.type) return [t('email-received', { number: originCase.caseId })]
  const shown = eventTypes.publicText(region, language, event)
  const by = event.source === null ? undefined : region.jurisdiction(event.source)?.name
  return [
    [by, shown?.title].filter(part => part !== undefined).join(': '),
    shown?.text ?? '',
    wholeCase(language, originCase, shares, event),
  ].filter(part => part !== '')
}

// After one jurisdiction closes its share: the status of the case as a whole (S10).
function wholeCase(
  language: string,
  originCase: RequestRow,
  shares: readonly ShareStatus[],
  row: EventRow,
): string {
  const closes = payloadOf(row).to === 'closed'
  if (!closes || !shares.some(({ held }) => held)) return ''
  const whole = rollUp([{ ...originCase, held: originCase.custody === 'held' }, ...shares])
  return translator(language)(whole?.status === 'closed' ? 'email-case-closed' : 'email-case-open')
}
