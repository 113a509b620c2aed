import { describe, expect, it, test } from 'vitest'
import { translator } from '../src/core/i18n.ts'
import { areaText, distanceText, phoneText } from '../src/core/measures.ts'
import { bundledDocuments, startApp } from './support/app.ts'

describe('a distance', () => {
  it.each([
    ['en', 'us', 0, '0 feet'],
    ['en', 'us', 16, '50 feet'],
    ['en', 'us', 300, '980 feet'],
    ['en', 'us', 305, '0.2 miles'],
    ['en', 'us', 1609.344, '1 mile'],
    ['en', 'us', 32_186, '20 miles'],
    ['en', 'metric', 1, '1 meter'],
    ['en', 'metric', 65.4, '65 meters'],
    ['en', 'metric', 1234, '1.2 kilometers'],
    ['es', 'us', 16, '50 pies'],
    ['es', 'metric', 2000, '2 kilómetros'],
    ['ht', 'us', 16, '50 pye'],
    ['ht', 'metric', 65, '65 mèt'],
  ] as const)('in %s and %s units: %d metres are %s', (language, units, meters, text) => {
    expect(distanceText(translator(language), units, meters)).toBe(text)
  })
})

test.each([
  ['us', 30, '323 sq ft'],
  ['us', 40_469, '10.0 acres'],
  ['us', 2_589_988, '1.00 sq mi'],
  ['metric', 320, '320 m²'],
  ['metric', 1_250_000, '1.25 km²'],
] as const)('an area in %s units: %d square metres are %s', (units, squareMeters, text) => {
  expect(areaText(units, squareMeters)).toBe(text)
})

describe('a telephone number', () => {
  it.each([
    ['555-010-0140', '(555) 010-0140'],
    ['+1 410 555 0123', '(410) 555-0123'],
    ['+13055550123', '(305) 555-0123'],
    ['1.305.555.0123', '(305) 555-0123'],
    ['(305) 555-0123', '(305) 555-0123'],
    ['311', '311'],
    ['555-0140', '555-0140'],
    ['+442079460018', '+44 20 7946 0018'],
    ['+50934101234', '+509 34 10 1234'],
    ['+13055550123;ext=9', '(305) 555-0123 ext. 9'],
  ])('of a US region: %s is shown as %s', (written, shown) => {
    expect(phoneText(written, 'us')).toBe(shown)
  })

  it('of another country’s region is shown as it is dialled there', () => {
    expect(phoneText('+442079460018', 'metric', '44')).toBe('020 7946 0018')
    expect(phoneText('+390669812345', 'metric', '44')).toBe('+39 06 6981 2345')
    expect(phoneText('+442079460018', 'us', '1')).toBe('+44 20 7946 0018')
  })

  it('of another region stays as it is written, unless it is North American', () => {
    expect(phoneText('020 7946 0018', 'metric')).toBe('020 7946 0018')
    expect(phoneText('305 555 0123', 'metric')).toBe('305 555 0123')
    expect(phoneText('+1 305 555 0123', 'metric')).toBe('(305) 555-0123')
  })
})

describe('a region’s document says its units', () => {
  it.each([
    [undefined, '130 feet', '(555) 010-0100'],
    ['metric', '40 meters', '555-010-0100'],
  ] as const)('%s: pages show %s and %s; the JSON says metres', async (units, distance, phone) => {
    const documents = await bundledDocuments()
    const { units: _, ...rest } = documents.region
    const region = units === undefined ? rest : { ...rest, units }
    const app = await startApp({ documents: { ...documents, region } })
    try {
      const read = async (path: string) => (await app.request(path)).text()
      const [corner] = app.region.searchPlaces('Mill Road and 9th Street', 1)
      const place = new URLSearchParams({
        lat: String(corner?.lat),
        long: String(corner?.long),
        accuracy: '40',
      })
      expect(await read(`/report/pothole/details?${place}`)).toContain(`may be off by ${distance}.`)
      expect(await read('/jurisdictions')).toContain(phone)
      const answer = await app.request(`/api/v1/route?service_code=pothole&${place}`)
      const { trace } = (await answer.json()) as { trace: { code: string; params: object; text: string }[] }
      expect(trace).toContainEqual(
        expect.objectContaining({
          params: expect.objectContaining({ metres: 40 }),
          text: expect.stringContaining(distance),
        }),
      )
    } finally {
      await app.close()
    }
  })
})
