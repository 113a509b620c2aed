import { dayText } from '../core/dates.ts'
import type { TenantDb } from '../core/db.ts'
import { type Translate, translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import { sign } from '../core/signing.ts'
import type { Held } from '../handoffs/crossing.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { PartnerDocument } from '../regions/documents.ts'
import { siteAddress } from '../regions/site.ts'
import type { Answer } from '../requests/draft.ts'
import type { Receipt } from './forward.ts'
import type { ForwardRow } from './schema.ts'

/** The purpose of the link by which a partner says how it stands. */
export const REPLY = 'partner-reply'
const ANSWER_WITHIN_DAYS = 180

/** By e-mail, in plain text, with a link to answer. The receipt is our own name for it, which the subject has. */
export async function sendLetter(
  platform: Platform,
  db: TenantDb,
  region: Region,
  held: Held,
  { name, email }: PartnerDocument,
  row: ForwardRow,
): Promise<Receipt> {
  if (email === undefined) throw problem('not-configured', { detail: `${name} has no e-mail address.` })
  const { name: from, email: replyTo } = region.documents.region
  const t = translator(region.language)
  const { id, serviceName } = held.request
  const outcome = await platform.mail.send({
    to: email,
    from,
    subject: t('forward-subject', { number: id, service: serviceName, receipt: row.id }),
    text: await letterText(platform, db, region, held, row),
    id: `forward.${row.id}`,
    headers: replyTo === undefined ? {} : { 'Reply-To': replyTo },
  })
  if (outcome === 'sent') return { receipt: row.id, token: null }
  throw problem('mail-away', { detail: `The mail server does not take letters to ${name}: ${outcome}.` })
}

async function letterText(
  platform: Platform,
  db: TenantDb,
  region: Region,
  held: Held,
  row: ForwardRow,
): Promise<string> {
  const t = translator(region.language)
  const site = siteAddress(platform, region)
  const until = platform.clock.now() + ANSWER_WITHIN_DAYS * 86_400_000
  const zone = region.documents.region.timezone
  const token = await sign(platform, REPLY, [db.region, db.slug, row.id, until])
  return [
    t('forward-greeting', { name: row.name, region: region.documents.region.name }),
    matterText(t, db, region, held, site),
    t('forward-answer', { date: dayText(t, until, zone) }),
    `${site}/reply/${token}`,
    t('forward-page', { url: `${site}/cases/${held.request.caseId}` }),
  ].join('\n\n')
}

/** The matter in plain words: what a partner needs to act on it, and nothing else (S14). */
export function matterText(
  t: Translate,
  { slug }: TenantDb,
  region: Region,
  { request, contact, photos }: Held,
  site: string,
): string {
  const place = [request.address, request.lat === null ? null : `${request.lat}, ${request.long}`].filter(
    words => words !== null,
  )
  const answers = (JSON.parse(request.answers) as Answer[]).map(
    ({ question, values }) => `${question} ${values.map(({ label }) => label).join(', ')}`,
  )
  const reporter = contact?.shared
    ? [contact.firstName, contact.lastName, contact.email, contact.phone].filter(detail => detail !== null)
    : []
  const lines = [
    t('forward-number', { number: request.caseId, service: request.serviceName }),
    t('forward-date', { date: dayText(t, request.requestedAt, region.documents.region.timezone) }),
    place.length > 0 && t('forward-place', { place: place.join(' · ') }),
    request.description,
    ...answers,
    ...(request.private ? [] : photos.map(({ id }) => `${site}/media/${slug}/${id}`)),
    reporter.length > 0 && t('forward-reporter', { contact: reporter.join(', ') }),
  ]
  return lines.filter(words => words !== false && words !== '').join('\n')
}
