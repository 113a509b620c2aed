import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import chromiumBinary from '@sparticuz/chromium'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import { createApp } from '../../src/create-app.ts'
import { startApp, type TestApp } from '../support/app.ts'

export interface Site {
  readonly app: TestApp
  /** Where the bundled region's pages are. */
  readonly url: string
  /** A new browser context; by default a phone. */
  visit(options?: BrowserContextOptions): Promise<BrowserContext>
  /** Violations of the pages' policies since the last call. */
  violations(): string[]
  /** Throws if there was any. */
  close(): Promise<void>
}

/** The real app over HTTP, by default with the bundled region, and a real Chromium that draws WebGL in software. */
export async function startSite(options: Parameters<typeof startApp>[0] = {}): Promise<Site> {
  return showSite(await startApp(options))
}

/** The same for an app that is already running; it is closed with the site. */
export async function showSite(app: TestApp): Promise<Site> {
  const server = serve({ fetch: createApp(app.platform).fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>(resolve => server.once('listening', () => resolve()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await launch()
  const violations: string[] = []
  return {
    app,
    url,
    async visit(options) {
      const context = await browser.newContext({
        baseURL: url,
        locale: 'en',
        viewport: phone,
        permissions: [],
        ...options,
      })
      // Chromium reports every violation on the console, also in workers and where no script runs.
      context.on('console', message => {
        const text = message.text()
        if (/Content Security Policy|permissions policy/i.test(text))
          violations.push(`${message.page()?.url()}: ${text}`)
      })
      return context
    },
    violations: () => violations.splice(0),
    async close() {
      await browser.close()
      server.close()
      await app.close()
      if (violations.length > 0) throw new Error(`against the policy:\n${violations.join('\n')}`)
    },
  }
}

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1280, height: 900 }

/** For a server of another process; `startSite` has its own. */
export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumBinary.executablePath(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-sync',
      '--no-first-run',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  })
}
