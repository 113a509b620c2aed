import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Reject } from '../src/places/import/rows/rows.ts'
import { survey } from '../src/places/import/survey.ts'
import { mappingOf, opened, read, region } from './support/import-files.ts'
import { sharedData } from './support/shared.ts'

const realFiles = {
  bucks: sharedData('addresses/us-pa-bucks.geojson'),
  alameda: sharedData('addresses/alameda.zip'),
  sanFrancisco: sharedData('addresses/us-ca-san_francisco-excerpt.zip'),
  park: sharedData('addresses/us-wy-park.zip'),
  virginia: sharedData('addresses/VA_SiteAddress-excerpt.zip'),
}
const contentOf = (file: keyof typeof realFiles) => readFileSync(realFiles[file] ?? '')
const countsOf = (found: {
  readonly records: number
  readonly rows: readonly unknown[]
  readonly rejects: readonly Reject[]
}) => ({
  records: found.records,
  rows: found.rows.length,
  rejects: Object.fromEntries(
    Object.entries(Object.groupBy(found.rejects, ({ reason }) => reason)).map(([reason, list]) => [
      reason,
      list?.length,
    ]),
  ),
})

// What they must give was counted apart, from their bytes.
describe.skipIf(Object.values(realFiles).includes(undefined))(
  'real files, which are kept beside the project',
  () => {
    it('Alameda County: OpenAddresses, whose one made-up address has no coordinates', async () => {
      const found = await read(await opened(contentOf('alameda')), 'addresses', { bounds: region })
      expect(countsOf(found)).toEqual({ records: 5306, rows: 5305, rejects: { 'no-coordinates': 1 } })
      expect(found.rejects).toEqual([expect.objectContaining({ reason: 'no-coordinates', id: '' })])
      expect(found.rows.find(({ id }) => id === '74-1332-127')).toEqual({
        id: '74-1332-127',
        number: '516',
        suffix: '',
        street: 'CENTRE CT',
        unit: '',
        city: 'ALAMEDA',
        state: '',
        postcode: '94502',
        lat: 37.7468954,
        long: -122.2371548,
      })
      expect(found.rows.filter(({ suffix }) => suffix === '1/2').map(({ number }) => number)).toEqual([
        '3536',
        '846',
      ])
      expect(found.rows.filter(({ city }) => city === 'OAKLAND')).toHaveLength(1090)
    })

    it('Alameda County is another place’s for a region elsewhere', async () => {
      const table = await opened(contentOf('alameda'))
      const bounds = { bbox: [-109.9, 43.8, -108, 45.1] as const, contains: () => true }
      expect(await survey(table, await mappingOf(table, 'addresses'), { bounds })).toMatchObject({
        why: "It is another place's: 5305 of 5305 positions lie outside the region",
      })
    })

    it('San Francisco: points with units; unknown streets and the number 0 are nobody’s address', async () => {
      const found = await read(await opened(contentOf('sanFrancisco')), 'addresses', { bounds: region })
      expect(countsOf(found)).toEqual({
        records: 7284,
        rows: 7249,
        rejects: { 'no-number': 30, 'no-street': 5 },
      })
      expect(found.mapping.columns.street).toEqual(['ST_NAME', 'ST_TYPE'])
      expect(found.mapping.columns.id).toEqual(['EAS_SUBID'])
      expect(found.rows[0]).toMatchObject({ number: '7', street: 'OCTAVIA ST', postcode: '94102' })
      // Its own columns say -122.42387743, 37.77213916.
      expect(found.rows[0]?.long).toBeCloseTo(-122.42387743, 7)
      expect(found.rows[0]?.lat).toBeCloseTo(37.77213916, 7)
      expect(found.rows.filter(({ suffix }) => suffix !== '').length).toBeGreaterThan(40)
    })

    it('Park County: whole addresses in UTM, each within a meter where Krüger’s series puts it', async () => {
      const found = await read(await opened(contentOf('park')), 'addresses')
      expect(countsOf(found)).toEqual({ records: 346, rows: 346, rejects: {} })
      // Karney (2011), “Transverse Mercator with an accuracy of a few nanometers”, to the sixth order, computed apart.
      const known: [string, number, number][] = [
        ['162 N CLARK ST', 44.75387368827125, -108.75636130198427],
        ['868 E NORTH ST', 44.752982994060304, -108.74748101122805],
        ['325 N HAMILTON ST', 44.75606961624166, -108.74808415849915],
      ]
      for (const [address, lat, long] of known) {
        const row = found.rows.find(({ number, street }) => `${number} ${street}` === address)
        expect(row?.lat).toBeCloseTo(lat, 8)
        expect(row?.long).toBeCloseTo(long, 8)
      }
    })

    it('Virginia: numbers with commas are numbers, and so are postal codes', async () => {
      const found = await read(await opened(contentOf('virginia')), 'addresses')
      expect(countsOf(found)).toEqual({ records: 9, rows: 9, rejects: {} })
      expect(found.rows[0]).toMatchObject({
        id: '3465572',
        number: '393',
        street: 'POPLAR LN',
        city: 'INDEPENDENCE',
        state: 'VA',
        postcode: '24348',
      })
    })

    it('parcels of Bucks County: three with a number, each a point inside its outline', async () => {
      const found = await read(await opened(contentOf('bucks')), 'addresses')
      expect(found.mapping.columns.street).toEqual([
        'SITUS_FDPRE',
        'SITUS_FNAME',
        'SITUS_FTYPE',
        'SITUS_FDSUF',
      ])
      expect(found.rows.map(({ number, street }) => `${number} ${street}`)).toEqual([
        '140 STATE RD',
        '169 STATE RD',
        '187 STATE RD',
      ])
      expect(countsOf(found)).toEqual({ records: 6, rows: 3, rejects: { 'no-number': 3 } })
    })
  },
)
