import type { TenantDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import type { Letter, Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { siteAddress } from '../regions/site.ts'
import { text } from '../regions/text.ts'
import { rollUp, type ShareStatus } from '../requests/case.ts'
import { eventWords } from '../requests/event-words.ts'
import type { EventRow, RequestRow } from '../requests/find.ts'
import { addressOf, type FollowerRow } from '../requests/follower.ts'
import { followerLink } from './follow.ts'

/** What a letter is written from. */
export interface News {
  readonly follower: FollowerRow
  /** Null: the letter that asks whether they meant to follow. */
  readonly event: EventRow | null
  /** The case's public face. */
  readonly face: RequestRow
  /** Its shares elsewhere. */
  readonly shares: readonly ShareStatus[]
}

/**
 * One letter about one change, in the follower's language. Of a private case it says only that there is news. Its id is
 * the same for every try. Unsubscribing works from the letter's head too (RFC 2369, RFC 8058).
 */
export async function letterFor(
  platform: Platform,
  db: TenantDb,
  region: Region,
  news: News,
): Promise<Letter> {
  const { event, face, follower } = news
  const common = {
    to: await addressOf(platform, db, follower),
    from: region.documents.region.name,
    id: `news.${event?.seq ?? 0}.${follower.id}`,
  }
  if (event === null) {
    const link = `${siteAddress(platform, region)}/follow/${await followerLink(platform, db, 'follow', follower)}`
    return { ...common, ...confirmation(follower.language, face.caseId, link) }
  }
  const site = siteAddress(platform, region)
  const stop = `${site}/unfollow/${await followerLink(platform, db, 'unfollow', follower)}`
  const t = translator(follower.language)
  const number = face.caseId
  const service = text(region.service(face.serviceCode)?.name ?? face.serviceName, follower.language, [
    region.language,
  ])
  const answer =
    event.type === 'check-back'
      ? `${site}/answer/${await followerLink(platform, db, 'answer', follower, event.seq)}`
      : undefined
  const parts = [
    ...(face.private ? [t('letter-private')] : told(region, follower.language, news, event)),
    answer && t('letter-answer', { url: answer }),
    t('letter-look', { url: `${site}/cases/${number}` }),
    t('letter-stop', { url: stop }),
  ]
  return {
    ...common,
    subject: face.private
      ? t('letter-subject-private', { number })
      : t('letter-subject', { number, service }),
    text: parts.filter(part => part).join('\n\n'),
    headers: {
      'List-Unsubscribe': `<${stop}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    },
  }
}

function confirmation(language: string, number: string, link: string) {
  const t = translator(language)
  return {
    subject: t('letter-subject-confirm', { number }),
    text: [t('letter-confirm', { number }), link, t('letter-confirm-ignore')].join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

function told(region: Region, language: string, { face, shares }: News, event: EventRow): string[] {
  const t = translator(language)
  if (event.type === 'submitted') return [t('letter-received', { number: face.caseId })]
  const said = eventWords(region, language, event)
  const by = event.source === null ? undefined : region.jurisdiction(event.source)?.name
  return [
    [by, said?.title].filter(part => part !== undefined).join(': '),
    said?.words ?? '',
    wholeCase(language, face, shares, event),
  ].filter(part => part !== '')
}

/** After one body has closed its share: how the case as a whole stands (S10). */
function wholeCase(
  language: string,
  face: RequestRow,
  shares: readonly ShareStatus[],
  { payload }: EventRow,
): string {
  const { to } = JSON.parse(payload) as { to?: string }
  if (to !== 'closed' || !shares.some(({ held }) => held)) return ''
  const whole = rollUp([{ ...face, held: face.custody === 'held' }, ...shares])
  return translator(language)(whole?.status === 'closed' ? 'letter-case-closed' : 'letter-case-open')
}
