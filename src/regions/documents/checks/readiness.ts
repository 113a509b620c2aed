import { hasAddresses } from '../addresses.ts'
import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf } from './issues.ts'

const report = reporterOf('region.yaml')
const NAMED = 5

/** What residents will miss: addresses, the owners of roads, opening hours. `isImported`: the region has a places database. */
export function* checkReadiness(documents: Documents, isImported: boolean): Issues {
  if (!isImported && !hasAddresses(documents)) yield* checkAddresses(documents)
  yield* checkRoads(documents)
  yield* checkHours(documents)
}

function* checkAddresses({ region: { geocoders = [] } }: Documents): Issues {
  const importing = 'Import them with countyline places import'
  if (geocoders.length > 0) {
    const message = 'No addresses are imported, so none is found while the geocoder does not answer'
    yield report.warning(['geocoders'], message, importing)
  } else {
    const message = 'There are no addresses, so residents can only search for the names of places'
    yield report.warning([], message, `${importing}, or name a geocoder`)
  }
}

function* checkRoads({ roads, services }: Documents): Issues {
  const following = services.filter(({ layers }) => layers.includes('asset:road')).map(({ code }) => code)
  if (roads.length > 0 || following.length === 0) return
  const message = `There are no roads, so no road’s owner gets ${listed(following)}`
  yield report.warning([], message, 'Add roads.geojson, with the owner of each road')
}

function* checkHours({ jurisdictions }: Documents): Issues {
  const unknown = jurisdictions.filter(({ hours }) => hours === undefined).map(({ slug }) => slug)
  if (unknown.length === 0) return
  const message = `Opening hours are not given for ${listed(unknown)}, which routing takes as always open`
  yield report.warning([], message, 'Add "hours" to each jurisdiction.yaml: its hours, or always')
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return `${names.slice(0, NAMED).join(', ')}${more}`
}
