import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SignInSource } from '../../src/identity/sessions/sources.ts'
import { addAdministrator } from '../../src/identity/staff/administrators.ts'
import { issueLink } from '../../src/identity/staff/links.ts'
import { identityDb } from '../../src/identity/staff/staff.ts'
import { bundledDocuments } from '../support/app.ts'
import { grantRole, hire } from '../support/staff.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

let site: Site
let base: string
let staff: string

const issuer = (slug: string) => `https://login.${slug}.example/`

beforeAll(async () => {
  const documents = await bundledDocuments()
  const jurisdictions = documents.jurisdictions.map(one =>
    ['hollis', 'port-ellery'].includes(one.slug)
      ? { ...one, signIn: { issuer: issuer(one.slug), clientId: 'c', claim: 'groups', roles: {} } }
      : one,
  )
  site = await startSite({ documents: { ...documents, jurisdictions } })
  base = site.url.replace('127.0.0.1', 'localhost')
  staff = await hire(site.app, 'Alice Mercer', 'alice@larkfield.example')
  for (const slug of ['hollis', 'larkfield', 'port-ellery'])
    await grantRole(site.app, staff, slug, 'administrator')
  await addAdministrator(site.app.platform, 'ellery', { email: 'alice@larkfield.example' }, 'test')
})
afterAll(() => site.close())

/** Through a sign-in link that proves this source. */
async function signedIn(source: SignInSource, viewport = desktop): Promise<Page> {
  const { platform } = site.app
  const says = { staff, sources: [source], device: '', to: '/me', again: false }
  const token = await issueLink(platform, identityDb(platform, 'ellery'), says, 'invitation')
  const page = await (await site.visit({ baseURL: base, viewport })).newPage()
  await page.goto(`/sign-in/link/${token}`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/me')
  return page
}

const shots = process.env.SHOTS

async function looksRight(page: Page, name: string): Promise<void> {
  expect(await findings(page)).toEqual([])
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

test.each([
  ['phone', phone],
  ['desktop', desktop],
])('a page of another government says how to sign in there: %s', async (size, viewport) => {
  const page = await signedIn(`issuer:${issuer('hollis')}`, viewport)
  await page.goto('/work')
  await page.getByText('You also have access to Town of Larkfield').waitFor()
  await looksRight(page, `work-other-sign-in-${size}`)
  await page.getByRole('link', { name: 'Sign in for Town of Larkfield' }).click()
  await page.getByText('To work for Town of Larkfield, sign in one of the ways below').waitFor()
  expect(await page.getByRole('heading', { name: 'Sign in by email' }).count()).toBe(1)
  await looksRight(page, `sign-in-larkfield-${size}`)
  await page.goto('/work/port-ellery/keys')
  expect(await page.getByRole('link', { name: 'City of Port Ellery' }).count()).toBe(1)
  expect(await page.getByRole('link', { name: 'City of Hollis' }).count()).toBe(0)
  await looksRight(page, `sign-in-port-ellery-${size}`)
  await page.goto('/region')
  await looksRight(page, `sign-in-region-${size}`)
  await page.context().close()
})

test('the region’s page offers an appointment only where nobody ever was', async () => {
  const page = await signedIn('mailbox')
  await page.goto('/region')
  await looksRight(page, 'region')
  await page.getByRole('link', { name: 'Appoint administrator Village of Gull Harbor' }).click()
  await page.getByRole('heading', { name: 'Appoint the first administrator for Village' }).waitFor()
  await page.getByLabel('Email address').fill('alice@larkfield.example')
  await page.getByRole('button', { name: 'Appoint and send invitation' }).click()
  await page.getByText('You cannot appoint yourself').first().waitFor()
  await looksRight(page, 'appoint-oneself')
  await page.context().close()
})
