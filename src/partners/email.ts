import type { TenantDb } from '../core/database/handles.ts'
import { formatDate } from '../core/dates.ts'
import { signPayload } from '../core/encryption/signing.ts'
import { type Translate, translator } from '../core/i18n.ts'
import { phoneText } from '../core/measures.ts'
import { problem } from '../core/problem.ts'
import { shortened } from '../core/text.ts'
import type { HeldRequest } from '../handoffs/messages/crossing.ts'
import type { Email, Mail, Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { sendEmail } from '../regions/runtime/mail.ts'
import { siteAddress } from '../regions/runtime/site.ts'
import type { ForwardReceipt, ForwardTask } from './forward.ts'
import type { ForwardRow } from './schema.ts'

export const REPLY = 'partner-reply'
const ANSWER_WITHIN_DAYS = 180

/** Throws `not-configured` for a partner without an address, `mail-unavailable` if the mail server refuses. */
export async function sendPartnerEmail(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { held, partner: { name, email }, row }: ForwardTask,
): Promise<ForwardReceipt> {
  if (email === undefined) throw problem('not-configured', { detail: `${name} has no email address.` })
  const t = translator(region.language)
  const { id, serviceName } = held.request
  const outcome = await mailPartner(platform, region, {
    to: email,
    subject: t('forward-subject', { number: id, service: serviceName, receipt: row.id }),
    text: await emailText(platform, db, region, held, row),
    id: `forward.${row.id}`,
  })
  if (outcome === 'sent') return { receipt: row.id, token: null }
  throw problem('mail-unavailable', {
    detail: `The mail server does not accept email to ${name}: ${outcome}.`,
  })
}

/** From the region, which gets the replies. */
export function mailPartner(
  platform: Platform,
  region: Region,
  email: Pick<Email, 'to' | 'subject' | 'text' | 'id'>,
): ReturnType<Mail['send']> {
  const { name: from, email: replyTo } = region.documents.region
  const headers = replyTo === undefined ? {} : { 'Reply-To': replyTo }
  return sendEmail(platform, region, { ...email, from, headers })
}

async function emailText(
  platform: Platform,
  db: TenantDb,
  region: Region,
  held: HeldRequest,
  row: ForwardRow,
): Promise<string> {
  const t = translator(region.language)
  const site = siteAddress(platform, region)
  const until = platform.clock.now() + ANSWER_WITHIN_DAYS * 86_400_000
  const zone = region.documents.region.timezone
  const token = await signPayload(platform, REPLY, [db.region, db.slug, row.id, until])
  return [
    t('forward-greeting', { name: row.name, region: region.documents.region.name }),
    requestText(t, db, region, held, { site }),
    t('forward-answer', { date: formatDate(t, until, zone) }),
    `${site}/reply/${token}`,
    t('forward-page', { url: `${site}/cases/${held.request.caseId}` }),
  ].join('\n\n')
}

interface TextOptions {
  readonly site: string
  /** In code units. Only the reporter's words are cut. */
  readonly max?: number
}

/** What a partner needs to act on the request, and nothing else (S14). */
export function requestText(
  t: Translate,
  { slug }: TenantDb,
  region: Region,
  { request, contact, photos }: HeldRequest,
  { site, max = Number.POSITIVE_INFINITY }: TextOptions,
): string {
  const place = [request.address, request.lat === null ? null : `${request.lat}, ${request.long}`].filter(
    words => words !== null,
  )
  const answers = request.answers.map(
    ({ question, values }) => `${question} ${values.map(({ label }) => label).join(', ')}`,
  )
  const reporter = contact?.shared
    ? [
        contact.firstName,
        contact.lastName,
        contact.email,
        contact.phone && phoneText(contact.phone, region.units, region.documents.region.countryCode),
      ].filter(detail => detail !== null)
    : []
  const textWith = (description: string, ...rest: string[]) =>
    [
      t('forward-number', { number: request.caseId, service: request.serviceName }),
      t('forward-date', { date: formatDate(t, request.requestedAt, region.documents.region.timezone) }),
      place.length > 0 && t('forward-place', { place: place.join(' · ') }),
      description,
      ...rest,
      ...answers,
      ...(request.private
        ? []
        : photos.filter(photo => !photo.private).map(({ id }) => `${site}/media/${slug}/${id}`)),
      reporter.length > 0 && t('forward-reporter', { contact: reporter.join(', ') }),
    ]
      .filter(words => words !== false && words !== '')
      .join('\n')
  const whole = textWith(request.description)
  if (whole.length <= max) return whole
  // The page of a private report does not show its text.
  const rest = request.private
    ? t('forward-rest-private', { region: region.documents.region.name })
    : t('forward-rest', { url: `${site}/cases/${request.caseId}` })
  const left = max - textWith('', rest).length - '\n…'.length
  return shortened(textWith(shortened(request.description, Math.max(left, 1)), rest), max - 1)
}
