import type { TenantDb } from '../core/database/handles.ts'
import { textOf } from '../core/georeport/document.ts'
import { publicWebAddress } from '../core/http/addresses.ts'
import { translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { siteAddress } from '../regions/runtime/site.ts'
import { requestText } from './email.ts'
import type { ForwardReceipt, ForwardTask } from './forward.ts'
import { askGeoReport, type PartnerServer } from './georeport.ts'

/** Of GeoReport's `description`, in code units. */
const MAX_DESCRIPTION = 4000

/** POST requests (GeoReport v2). Throws as `askGeoReport`, and `partner-refused` without a number or a token for one. */
export async function sendOpen311(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { held, row }: ForwardTask,
  server: PartnerServer,
): Promise<ForwardReceipt> {
  const { request, contact, photos } = held
  const site = siteAddress(platform, region)
  const photo = request.private ? undefined : photos.find(({ private: isPrivate }) => !isPrivate)
  const by = contact?.shared ? contact : null
  const description = requestText(translator(region.language), db, region, held, {
    site,
    max: MAX_DESCRIPTION,
  })
  const [answer] = await askGeoReport(platform, server, {
    path: 'requests',
    once: row.id,
    fields: [
      ['service_code', server.endpoint.services?.[request.serviceCode] ?? request.serviceCode],
      ['lat', request.lat],
      ['long', request.long],
      ['address_string', request.address],
      ['address_id', request.addressId],
      ['description', description],
      [
        'media_url',
        photo === undefined ? publicWebAddress(request.mediaUrl) : `${site}/media/${db.slug}/${photo.id}`,
      ],
      ['first_name', by?.firstName ?? null],
      ['last_name', by?.lastName ?? null],
      ['email', by?.email ?? null],
      ['phone', by?.phone ?? null],
      ...request.answers.flatMap(({ code, values }) =>
        values.map(({ key }) => [`attribute[${code}]`, key] as const),
      ),
    ],
  })
  const number = textOf(answer ?? {}, 'service_request_id')
  const token = textOf(answer ?? {}, 'token')
  if (number === '' && token === '') {
    throw problem('partner-refused', { detail: `${row.name} answered without a number or a token.` })
  }
  return number === ''
    ? { receipt: token.slice(0, 200), token: token.slice(0, 200) }
    : { receipt: number.slice(0, 200), token: null }
}
