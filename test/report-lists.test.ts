import { expect, onTestFinished, test } from 'vitest'
import { startCounty } from './support/county.ts'
import { jpeg } from './support/photos.ts'

async function county() {
  const county = await startCounty()
  onTestFinished(() => county.close())
  const read = async (path: string) => (await county.app.request(path)).text()
  const upload = async () => {
    const answer = await county.app.request('/api/v1/media', {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: jpeg(),
    })
    return ((await answer.json()) as { id: string }).id
  }
  return { ...county, read, upload }
}

const photos = /<img class="report__photo" src="\/media\/[^"]+" alt=""[^>]*loading="lazy"/g
const near = (lat: number, long: number) =>
  `/report/pothole/details?${new URLSearchParams({ lat: String(lat), long: String(long) })}`

test('lists show the photo and the date of a public report, never a private one’s', async () => {
  const { report, read, upload, app } = await county()
  const place = '350 Main Street, Port Ellery'
  await report('pothole', place, { media: [await upload()] })
  await report('pothole', place, { address: place })
  await report('housing', place, { media: [await upload()] })
  const [found] = app.region.searchPlaces(place, 1)
  for (const path of ['/', '/reports', near(found?.lat ?? 0, found?.long ?? 0)]) {
    const page = await read(path)
    expect(page.match(photos), path).toHaveLength(1)
    expect(page.match(/<time datetime="2026-08-12/g)?.length, path).toBeGreaterThanOrEqual(2)
    const [, url = ''] = /class="report__photo" src="([^"]+)"/.exec(page) ?? []
    expect((await app.request(url)).status).toBe(200)
  }
})

test('links to reports of one kind at one place have names of their own', async () => {
  const { report, read, app } = await county()
  const place = '350 Main Street, Port Ellery'
  await report('pothole', place, { address: place })
  await report('pothole', place, { address: place })
  const [found] = app.region.searchPlaces(place, 1)
  for (const path of ['/reports', near(found?.lat ?? 0, found?.long ?? 0)]) {
    const links = [...(await read(path)).matchAll(/<a [^>]*href="\/cases\/[^"]+"[^>]*>(.*?)<\/a>/gs)]
    const names = links.map(([, name = '']) => name.replace(/<[^>]+>/g, ''))
    expect(names).toHaveLength(2)
    expect(new Set(names).size).toBe(2)
    expect(names[0]).toMatch(/^Pothole\s*, 350 Main Street, Port Ellery\s*, [A-Z]{2}-/)
  }
})
