import type { Documents } from '../snapshot.ts'
import { checkSecret, duplicatesIn, type Issues, reporterOf } from './issues.ts'

const report = reporterOf('region.yaml')

export function* checkGeocoders(region: string, { region: { geocoders = [] } }: Documents): Issues {
  for (const { index, key } of duplicatesIn(geocoders, ({ kind, url = '' }) => `${kind} ${url}`.trim())) {
    yield report.error(['geocoders', index], `The geocoder "${key}" is listed twice`, 'List each server once')
  }
  for (const [index, { kind, url, keySecret }] of geocoders.entries()) {
    const path = ['geocoders', index, 'kind']
    if (kind === 'pelias' && url === undefined) {
      yield report.error(path, 'There is no public Pelias server', 'Add its url')
    }
    if (kind === 'arcgis' && url === undefined && keySecret === undefined) {
      const message = 'The public ArcGIS server needs a key'
      yield report.error(path, message, 'Add its keySecret, or the url of your own server')
    }
    const secretPath = ['geocoders', index, 'keySecret']
    if (keySecret !== undefined && (kind === 'census' || kind === 'photon')) {
      yield report.error(secretPath, `A ${kind} server takes no key`, 'Remove keySecret')
    } else yield* checkSecret(report, secretPath, { purpose: 'GEOCODER', region, body: kind }, keySecret)
  }
}
