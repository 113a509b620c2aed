import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'
import { createApp } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { leadsTo, visitor } from './support/visitor.ts'

/** The command on a new folder, and the app on the same databases. */
function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-'))
  const env = { DATA_DIR: join(folder, 'data'), TENANTS_DIR: join(folder, 'tenants') }
  mkdirSync(env.TENANTS_DIR)
  let said = ''
  const print = (text: string) => {
    said += text
  }
  const app = () => {
    const platform = nodePlatform({
      dataDir: env.DATA_DIR,
      environment: {},
      rateLimits: false,
      log: () => {},
    })
    onTestFinished(() => platform.close())
    return {
      request: async (path: string, init?: RequestInit) =>
        createApp(platform).request(new URL(path, 'http://localhost').href, init),
    }
  }
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return {
    app,
    async countyline(...argv: string[]) {
      said = ''
      const code = await main(argv, { env, out: print, err: print, now: Date.now })
      return { code, said }
    },
  }
}

it('countyline setup-code makes the directory where there is none, and a code and a link that the server takes', async () => {
  const { app, countyline } = newFolder()
  const { code, said } = await countyline('setup-code', '--json')
  expect(code).toBe(0)
  const made = JSON.parse(said) as { code: string; link: string; days: number }
  expect(made.code).toMatch(/^[2-9CDFGHJKMNPRTVWX]{5}(-[2-9CDFGHJKMNPRTVWX]{5}){3}$/)
  const browser = visitor(app())
  expect((await browser.get(new URL(made.link).pathname)).status).toBe(200)
  expect(leadsTo(await browser.post('/setup', { code: made.code }))).toBe('/setup')
  expect(leadsTo(await browser.get('/setup'))).toBe('/setup/you')
  const { said: again } = await countyline('setup-code')
  expect(again).not.toContain(made.code)
})

it('countyline doctor says how to begin while there is no region', async () => {
  const { countyline } = newFolder()
  await countyline('setup-code')
  const { said } = await countyline('doctor')
  expect(said).toContain('There is no region yet.')
  expect(said).toContain('enter the set-up code')
})
