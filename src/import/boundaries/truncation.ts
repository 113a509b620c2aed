import type { Refusal } from '../../geography/refusal.ts'

type Members = Readonly<Record<string, unknown>>

/** Refuses a download that a server's limit cut short, by what the file says about itself. */
export function truncated(file: Members, features: number): Refusal | undefined {
  const limit = limitSaid(file, features)
  return limit === undefined ? undefined : { why: `It is only a part: ${limit}`, repair: REPAIR }
}

const REPAIR =
  'Ask the server for the rest (resultOffset, startIndex or the next page) or for all at once, put all features in one file, and import that'

function limitSaid(file: Members, features: number): string | undefined {
  // Servers say it of the whole, in `properties` (ArcGIS), or beside it.
  const places = [file, asMembers(file.properties), asMembers(file.metadata), asMembers(file.meta)]
  for (const place of places) {
    if (String(place.exceededTransferLimit) === 'true')
      return `the server stopped at its limit of ${features} features (exceededTransferLimit)`
    for (const name of TOTALS) {
      const total = wholeNumber(place[name])
      if (total !== undefined && total > features)
        return `the server found ${total} features (${name}) and sent ${features}`
    }
    const returned = wholeNumber(place.numberReturned)
    if (returned !== undefined && returned > features)
      return `the server sent ${returned} features (numberReturned), and the file has ${features}`
  }
  const next = [file.links, asMembers(file.properties).links]
    .flat()
    .some(link => asMembers(link).rel === 'next')
  if (next || typeof file.next === 'string' || typeof file['@odata.nextLink'] === 'string')
    return `the server sent a page of ${features} features, and links to the next`
  if (/timed? ?out|out of memory/i.test(String(file.remark ?? '')))
    return `the server stopped early and says: ${String(file.remark).slice(0, 200)}`
  return undefined
}

const TOTALS = ['numberMatched', 'totalFeatures', 'numberOfFeatures', 'total_count', 'totalCount', 'total']

/** Said of a file with exactly as many features as servers often send at most. */
export function suspiciousCount(features: number): string | undefined {
  const isUsualLimit = features > 0 && (features % 1000 === 0 || features === 500 || features === 100)
  return isUsualLimit
    ? `It has exactly ${features.toLocaleString('en-US')} features, a usual limit of servers. Check that none is missing`
    : undefined
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

function asMembers(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
