import type { Page } from 'playwright-core'

/** Every color in the drawn map, as `red,green,blue`. */
export async function colorsOf(page: Page): Promise<Set<string>> {
  await page.locator('region-map.is-drawn').waitFor()
  const picture = await page.locator('region-map').screenshot()
  const colors = await page.evaluate(async encoded => {
    const bytes = Uint8Array.from(atob(encoded), message => message.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray()
    const seen = new Set<string>()
    for (let at = 0; at < pixels.length; at += 4)
      seen.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`)
    return [...seen]
  }, picture.toString('base64'))
  return new Set(colors)
}
