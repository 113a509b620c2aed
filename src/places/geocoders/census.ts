import * as v from 'valibot'
import { placeName } from '../index/names.ts'
import { accuracies, countyNamed, degrees, type Found, part, readEach, type Service } from './service.ts'

// The Census Bureau's Geocoding Services API. It places numbers within the ranges of TIGER/Line, takes no bounds, and
// answers coordinates with areas, not addresses: of these, only the county is of use here.

const answerSchema = v.object({ result: v.object({ addressMatches: v.array(v.unknown()) }) })
const matchSchema = v.object({
  matchedAddress: v.string(),
  coordinates: v.object({ x: degrees, y: degrees }),
})

const geographiesSchema = v.object({
  result: v.object({ geographies: v.object({ Counties: v.array(v.unknown()) }) }),
})
const countySchema = v.object({ NAME: part })

export const census: Service = {
  publicUrl: 'https://geocoding.geo.census.gov/geocoder',
  forward: ({ text }) => ({
    path: '/locations/onelineaddress',
    query: { address: text, benchmark: 'Public_AR_Current', format: 'json' },
    read(answer) {
      const { success, output } = v.safeParse(answerSchema, answer)
      return success ? readEach(output.result.addressMatches, matchSchema, placeOf) : undefined
    },
  }),
  county: ({ lat, long }) => ({
    path: '/geographies/coordinates',
    query: {
      x: long,
      y: lat,
      benchmark: 'Public_AR_Current',
      vintage: 'Current_Current',
      layers: 'Counties',
      format: 'json',
    },
    read(answer) {
      const { success, output } = v.safeParse(geographiesSchema, answer)
      const counties = success ? output.result.geographies.Counties : undefined
      return counties && readEach(counties, countySchema, ({ NAME }) => countyNamed(NAME, { lat, long }))
    },
  }),
}

// "2230 MILL RD, SPRINGFIELD, IL, 62701"
function placeOf({ matchedAddress, coordinates }: v.InferOutput<typeof matchSchema>): Found | undefined {
  const [line = '', city = '', state = '', postcode = ''] = matchedAddress
    .split(',')
    .map(text => v.parse(part, text))
  const [, number, street] = /^(\S*\d\S*) (.+)$/.exec(line) ?? []
  if (number === undefined || street === undefined) return undefined
  return {
    kind: 'address',
    name: '',
    number,
    street: placeName(street),
    city: placeName(city),
    state,
    postcode,
    lat: coordinates.y,
    long: coordinates.x,
    accuracy: accuracies.interpolated,
  }
}
