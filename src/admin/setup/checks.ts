import * as v from 'valibot'
import type { MessageKey, Translate } from '../../core/i18n.ts'
import { isLanguage } from '../../core/i18n.ts'
import { isEmail } from '../../core/text.ts'
import type { Platform } from '../../platform/platform.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { regionDocument } from '../../regions/documents/schemas/region.ts'
import { line, phone, slug, zone } from '../../regions/documents/schemas/values.ts'
import type { FieldMessage } from '../../web/components/fields.tsx'
import type { CountyAnswers, Person, RegionAnswers } from './answers.ts'
import { isHostTaken, isSlugTaken } from './documents.ts'

// What is wrong in one step, at its field. The whole is checked again before it is created.

const RESERVED = /^(directory|none|all|www|api|admin|assets|open311)$/
const HOST = /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

type Finding = readonly [field: string, key: MessageKey, wrong: boolean]

function messages(t: Translate, findings: readonly Finding[]): FieldMessage[] {
  return findings
    .filter(([, , isWrong]) => isWrong)
    .map(([field, key]) => ({ field, label: undefined, message: t(key) }))
}

export function personErrors(t: Translate, { name, email }: Person): FieldMessage[] {
  return messages(t, [
    ['name', 'error-required-name', !v.is(line, name)],
    ['email', email === '' ? 'error-required-email' : 'error-not-an-email', !isEmail(email)],
  ])
}

export async function regionErrors(
  platform: Platform,
  t: Translate,
  region: RegionAnswers,
): Promise<FieldMessage[]> {
  const isNamed = v.is(line, region.name)
  const isSlug = v.is(slug, region.slug)
  const isHost = HOST.test(region.host)
  const [isTaken, isTakenHost] = await Promise.all([
    isSlug ? isSlugTaken(platform, region.slug) : false,
    isHost ? isHostTaken(platform, region.host) : false,
  ])
  return messages(t, [
    ['name', 'setup-error-region-name', !isNamed],
    // Without a name there is nothing to make it of.
    ['slug', 'setup-error-slug', !isSlug && (isNamed || region.slug !== '')],
    ['slug', 'setup-error-slug-taken', isTaken || RESERVED.test(region.slug)],
    ['phone', 'setup-error-phone', !v.is(phone, region.phone)],
    ['emergency', 'setup-error-phone', !v.is(phone, region.emergency)],
    [
      'languages',
      'setup-error-languages',
      region.languages.length === 0 || !region.languages.every(isLanguage),
    ],
    ['timezone', 'setup-error-timezone', !v.is(zone, region.timezone)],
    ['units', 'error-choose', !v.is(regionDocument.entries.units, region.units)],
    ['host', 'setup-error-host', !isHost],
    ['host', 'setup-error-host-taken', isTakenHost],
    ['email', 'error-not-an-email', region.email !== '' && !isEmail(region.email)],
  ])
}

export function countyErrors(t: Translate, county: CountyAnswers): FieldMessage[] {
  const { name, kind, email, phone: number, hours, opens, closes } = county
  const isTimed = TIME.test(opens) && TIME.test(closes) && opens < closes
  return messages(t, [
    ['name', 'setup-error-county-name', !v.is(line, name)],
    ['kind', 'error-choose', !v.is(jurisdictionDocument.entries.kind, kind)],
    ['email', 'error-not-an-email', email !== '' && !isEmail(email)],
    ['phone', 'setup-error-phone', number !== '' && !v.is(phone, number)],
    ['hours', 'error-choose', !['weekdays', 'always'].includes(hours)],
    ['opens', 'setup-error-hours', hours === 'weekdays' && !isTimed],
  ])
}
