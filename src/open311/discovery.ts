import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { isLongList } from '../regions/runtime/jurisdiction-list.ts'
import type { Site } from '../regions/runtime/site.ts'
import { datetime } from './format/dates.ts'
import { Container, type Fields, type GeoReportAnswer } from './format/serialize.ts'

/**
 * A region lists itself first, then each jurisdiction unless they are very many; a jurisdiction itself, then the region.
 */
export function discovery(site: Site): GeoReportAnswer {
  const { region, jurisdiction, origin, base } = site
  const shared = jurisdiction === undefined ? `${origin}${base}` : `${origin}/r/${region.slug}`
  const endpoints =
    jurisdiction === undefined
      ? [shared, ...listed(region).map(({ slug }) => `${shared}/j/${slug}`)]
      : [`${origin}${base}`, shared]
  const changeset = datetime(region.snapshot.appliedAt ?? 0)
  return {
    root: 'discovery',
    value: {
      changeset,
      contact: contact(site),
      key_service: keyService(site),
      endpoints: new Container(
        'endpoint',
        endpoints.map(
          (url): Fields => ({
            specification: 'http://wiki.open311.org/GeoReport_v2',
            url: `${url}/open311/v2`,
            changeset,
            type: 'production',
            formats: new Container('format', ['text/xml', 'application/json']),
          }),
        ),
      ),
    },
  }
}

function contact({ region, jurisdiction }: Site): string {
  const { name, phone, email, url } = { ...region.documents.region, ...jurisdiction }
  return [name, phone, email, url].filter(detail => detail !== undefined).join(', ')
}

function keyService(site: Site): string {
  const { region, jurisdiction } = site
  return [
    `To get an API key, write to ${contact(site)}. Reading needs none.`,
    jurisdiction === undefined
      ? `One endpoint for all of ${region.documents.region.name}: without jurisdiction_id, reports are routed to whoever is responsible. jurisdiction_id selects ${selectable(site)}.`
      : `This endpoint is ${jurisdiction.name}'s; jurisdiction_id is ${jurisdiction.slug}, or left out.`,
  ].join(' ')
}

function listed({ documents }: Region): readonly Jurisdiction[] {
  return isLongList(documents) ? [] : documents.jurisdictions
}

function selectable({ region, origin, base }: Site): string {
  const ids = listed(region).map(idAndName).join(', ')
  return ids === ''
    ? `one of the agencies at ${origin}${base}/jurisdictions: the address of an agency’s public reports there ends with its jurisdiction_id`
    : `one of: ${ids}`
}

function idAndName({ slug, name }: Jurisdiction): string {
  return `${slug} (${name})`
}
