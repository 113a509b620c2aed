import type { TenantDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import type { Held } from '../handoffs/crossing.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { PartnerEndpoint } from '../regions/documents.ts'
import { textOf } from '../regions/open311-file.ts'
import { siteAddress } from '../regions/site.ts'
import type { Answer } from '../requests/draft.ts'
import type { Receipt } from './forward.ts'
import { askGeoReport } from './georeport.ts'
import { matterText } from './letter.ts'
import type { ForwardRow } from './schema.ts'

/** By POST requests (GeoReport v2). The receipt is their number, or a token for one. */
export async function sendOpen311(
  platform: Platform,
  db: TenantDb,
  region: Region,
  held: Held,
  partner: PartnerEndpoint,
  row: ForwardRow,
): Promise<Receipt> {
  const { request, contact, photos } = held
  const site = siteAddress(platform, region)
  const photo = request.private ? undefined : photos[0]
  const by = contact?.shared ? contact : null
  const description = matterText(translator(region.language), db, region, held, site)
  const [answer] = await askGeoReport(platform, partner, {
    path: 'requests',
    once: row.id,
    fields: [
      ['service_code', partner.services?.[request.serviceCode] ?? request.serviceCode],
      ['lat', request.lat],
      ['long', request.long],
      ['address_string', request.address],
      ['address_id', request.addressId],
      ['description', description.slice(0, 4000)],
      ['media_url', photo === undefined ? request.mediaUrl : `${site}/media/${db.slug}/${photo.id}`],
      ['first_name', by?.firstName ?? null],
      ['last_name', by?.lastName ?? null],
      ['email', by?.email ?? null],
      ['phone', by?.phone ?? null],
      ...(JSON.parse(request.answers) as Answer[]).flatMap(({ code, values }) =>
        values.map(({ key }) => [`attribute[${code}]`, key] as const),
      ),
    ],
  })
  const number = textOf(answer ?? {}, 'service_request_id')
  const token = textOf(answer ?? {}, 'token')
  if (number === '' && token === '') {
    throw problem('partner-away', { detail: `${row.name} gives neither a number nor a token.` })
  }
  return number === ''
    ? { receipt: token.slice(0, 200), token: token.slice(0, 200) }
    : { receipt: number.slice(0, 200), token: null }
}
