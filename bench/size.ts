import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { startApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'

/**
 * Bytes sent: the worker's bundle, and the report page with everything it loads except the map, beside their
 * limits.
 */
export async function bench(): Promise<readonly Figure[]> {
  const printed = execFileSync('npm', ['run', '--silent', 'size'], { encoding: 'utf8' })
  const bundle = Number(/(\d+) bytes/.exec(printed)?.[1])
  return [
    figure('worker bundle, gzipped, beside its limit', 'KB', bundle / 1024, 1024),
    figure('report page without the map, gzipped, beside its limit', 'KB', (await pageBytes()) / 1024, 100),
  ]
}

async function pageBytes(): Promise<number> {
  const app = await startApp()
  try {
    const page = await (await app.request('/report/pothole')).text()
    const loaded = [...page.matchAll(/(?:href|src)="([^"]+\.(?:css|js|woff2)(?:\?[^"]*)?)"/g)].map(
      ([, path]) => path ?? '',
    )
    let bytes = gzipSync(page).length
    for (const path of loaded) bytes += gzipSync(await (await app.request(path)).bytes()).length
    return bytes
  } finally {
    await app.close()
  }
}
