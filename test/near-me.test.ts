import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNearMe } from '../src/web/near-me.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

async function page(path: string, query: Readonly<Record<string, string>>) {
  return (await app.request(`/report/pothole${path}?${new URLSearchParams(query)}`)).text()
}

const suggestions = async (typed: string) => {
  const answer = await app.request(`/api/v1/places?${new URLSearchParams({ q: typed, typing: 'true' })}`)
  return ((await answer.json()) as { places: { label: string }[] }).places.map(({ label }) => label)
}

describe('suggestions, while one types', () => {
  it.each([
    ['mi', 'Mill Road, Port Ellery'],
    ['2230 mi', '2230 Mill Road, Port Ellery'],
    ['2230 mill r', '2230 Mill Road, Port Ellery'],
    ['2230 mill ro', '2230 Mill Road, Port Ellery'],
    ['mill road and 9', 'Mill Road and 9th Street, Port Ellery'],
    ['fourth stree', '4th Street, Port Ellery'],
    ['mill rd & ninth', 'Mill Road and 9th Street, Port Ellery'],
    ['hollis li', 'Hollis Public Library, 290 Third Street, Hollis'],
  ])('%j has %s', async (typed, label) => {
    expect(await suggestions(typed)).toContain(label)
  })
})

describe('a place that was pointed at', () => {
  const house = () => {
    const [found] = app.region.searchPlaces('2230 Mill Road, Port Ellery', 1)
    if (found === undefined) throw new Error('no such house')
    return { lat: String(found.lat), long: String(found.long) }
  }

  it.each([
    ['en', 'Near 2230 Mill Road, Port Ellery'],
    ['es', 'Cerca de 2230 Mill Road, Port Ellery'],
    ['ht', 'Toupre 2230 Mill Road, Port Ellery'],
  ])(
    'has in %s the nearest house number as its text, in the form and in what is sent',
    async (lang, text) => {
      const query = { ...house(), accuracy: '12', lang }
      expect(await page('/who', query)).toContain(`<bdi>${text}</bdi>`)
      expect(await page('/details', query)).toContain(`name="address" value="${text}"`)
    },
  )

  it('is found again by that text, to change it', async () => {
    for (const near of ['Near', 'Cerca de', 'Toupre'])
      expect(await page('', { q: `${near} 2230 Mill Road, Port Ellery` })).toContain('address=2230+Mill+Road')
  })

  it('is to be chosen on the map where the device knows it to some hundreds of meters only', async () => {
    const rough = await page('/who', { ...house(), accuracy: '450' })
    expect(rough).toContain('data-choose-again')
    expect(rough).toContain('only to about 0.3 miles. Tap the exact place on the map')
    expect(rough).not.toMatch(/class="handles|2230/)
    expect(await page('/who', { ...house(), accuracy: '300' })).toContain('class="handles')
    const street = { ...house(), accuracy: '450', address: 'Mill Road, Port Ellery' }
    expect(await page('/who', street)).not.toContain('data-choose-again')
  })
})

describe('“near me”', () => {
  it.each([
    ['en', 'Near me', 'choose “Use my location”'],
    ['es', 'cerca de mi', 'elija “Usar mi ubicación”'],
    ['ht', 'kote mwen ye', 'chwazi “Sèvi ak kote mwen ye a”'],
  ])('in %s leads to the button, not to a search', async (lang, q, said) => {
    expect(await page('', { q, lang })).toContain(said)
  })

  it('is the whole of what is typed', () => {
    expect(
      ['NEAR ME!', 'near  me', 'near mercy street', ''].map(typed => isNearMe(typed, 'near me, here')),
    ).toEqual([true, true, false, false])
  })
})
