import { translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import type { Mail, Platform } from '../platform/platform.ts'
import type { PartnerDocument } from '../regions/documents/schemas/partner.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { mailPartner } from './email.ts'

/** Only by email: GeoReport has no test, and what is posted there is a request. */
export function isTestable({ forward, email }: PartnerDocument): boolean {
  return forward === 'email' && email !== undefined
}

/** To the address that requests are sent to. `id`: of the message. Throws `not-configured`, `mail-unavailable`. */
export async function sendTestMessage(
  platform: Platform,
  region: Region,
  { name, email }: PartnerDocument,
  id: string,
): ReturnType<Mail['send']> {
  if (email === undefined) throw problem('not-configured', { detail: `${name} has no email address.` })
  const t = translator(region.language)
  const site = region.documents.region.name
  const text = [
    t('forward-test-greeting', { name, region: site }),
    t('forward-test-text'),
    t('forward-test-answer'),
  ]
  return mailPartner(platform, region, {
    to: email,
    subject: t('forward-test-subject', { region: site }),
    text: text.join('\n\n'),
    id: `partner-test.${id}`,
  })
}
