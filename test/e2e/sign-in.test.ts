import { mkdirSync } from 'node:fs'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTenant } from '../../src/core/database/handles.ts'
import { issueLink } from '../../src/identity/staff/links.ts'
import { identityDb, inviteStaff } from '../../src/identity/staff/staff.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

let site: Site
/** Passkeys belong to host names, not to IP addresses. */
let base: string

beforeAll(async () => {
  site = await startSite()
  base = site.url.replace('127.0.0.1', 'localhost')
})
afterAll(() => site.close())

const shots = process.env.SHOTS

async function picture(page: Page, name: string) {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

/** A new staff member with a grant, and a page in which they have opened their invitation's link. */
async function invited(name: string, viewport = phone): Promise<Page> {
  const { platform } = site.app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
  const email = `${name.toLowerCase()}@hollis.example`
  const { staff } = await inviteStaff(platform, db, { email, name, role: 'agent', language: 'en' })
  const says = { staff, sources: ['mailbox'], device: '', to: '/me', again: false } as const
  const token = await issueLink(platform, identityDb(platform, 'ellery'), says, 'invitation')
  const page = await (await site.visit({ baseURL: base, viewport })).newPage()
  await page.goto(`/sign-in/link/${token}`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/me')
  return page
}

interface Authenticator {
  readonly session: CDPSession
  readonly id: string
}

async function authenticatorOf(page: Page, isUserVerified = true): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  })
  return { session, id }
}

async function addPasskey(page: Page, name: string) {
  await page.getByLabel('Passkey name').fill(name)
  await page.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByText(name, { exact: true }).first().waitFor()
}

test('a passkey is made, signs in, proves again, and is removed', async () => {
  const page = await invited('Paula')
  await authenticatorOf(page)
  await addPasskey(page, 'Work phone')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.waitForURL('**/sign-in')
  await picture(page, 'sign-in-phone')
  await page.getByRole('button', { name: 'Sign in with passkey' }).click()
  await page.waitForURL('**/work')
  await page.getByRole('link', { name: 'Your account' }).first().click()
  expect(await page.textContent('main')).toContain('with a passkey')
  expect(await page.textContent('main')).toContain('last used')
  await picture(page, 'me-phone')
  site.app.advance(11 * 60_000)
  await page.reload()
  await page.getByRole('link', { name: 'Add passkey' }).click()
  await page.waitForURL('**/sign-in/again?*')
  await picture(page, 'again-phone')
  await page.getByRole('button', { name: 'Sign in with passkey' }).click()
  await page.waitForURL('**/me')
  await page.getByRole('link', { name: 'Change passkey Work phone' }).click()
  await picture(page, 'passkey-phone')
  await page.getByRole('button', { name: 'Remove passkey' }).click()
  await page.waitForURL('**/me')
  expect(await page.textContent('main')).toContain('You have no passkeys yet')
  await page.context().close()
})

test('a passkey without a finger, a face or a PIN signs nobody in', async () => {
  const page = await invited('Quentin')
  const { session, id } = await authenticatorOf(page)
  await addPasskey(page, 'Key')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
  await page.getByRole('button', { name: 'Sign in with passkey' }).click()
  await page.getByText('The passkey did not work').waitFor()
  expect(page.url()).toMatch(/\/sign-in$/)
  await page.context().close()
})

test('a passkey’s answer is good once, and a copy of the passkey is found out by its counter', async () => {
  const page = await invited('Rita')
  const { session, id } = await authenticatorOf(page)
  await addPasskey(page, 'Key')
  const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId: id })
  const [copy] = credentials
  if (copy === undefined) throw new Error('no passkey was made')
  const sent: string[] = []
  page.on('request', request => {
    if (new URL(request.url()).pathname === '/sign-in/passkey') sent.push(request.postData() ?? '')
  })
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('button', { name: 'Sign in with passkey' }).click()
  await page.waitForURL('**/work')
  const again = await page.request.post('/sign-in/passkey', {
    data: sent[0] ?? '',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: base,
      'sec-fetch-site': 'same-origin',
    },
    maxRedirects: 0,
  })
  expect(again.status()).toBe(403)
  expect(await again.text()).toContain('We could not sign you in')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await session.send('WebAuthn.removeCredential', { authenticatorId: id, credentialId: copy.credentialId })
  await session.send('WebAuthn.addCredential', { authenticatorId: id, credential: { ...copy, signCount: 0 } })
  await page.getByRole('button', { name: 'Sign in with passkey' }).click()
  await page.getByRole('heading', { name: 'We could not sign you in' }).waitFor()
  await page.context().close()
})

test('without script everything but passkeys works, and the page says so', async () => {
  const page = await (await site.visit({ baseURL: base, javaScriptEnabled: false })).newPage()
  await page.goto('/sign-in')
  expect(await page.textContent('main')).toContain('To use a passkey, you need JavaScript')
  expect(await page.getByRole('button', { name: 'Sign in with passkey' }).count()).toBe(0)
  await page.getByLabel('Email address').fill('somebody@hollis.example')
  await page.getByRole('button', { name: 'Email me a link' }).click()
  expect(await page.textContent('h1')).toBe('Check your email')
  await page.context().close()
})

test.each([
  ['phone', phone],
  ['desktop', desktop],
] as const)('axe finds nothing on the pages of sign-in on a %s', async (name, viewport) => {
  const page = await invited(`Sam-${name}`, viewport)
  await authenticatorOf(page)
  await addPasskey(page, 'Key')
  for (const path of ['/me', '/sign-in', '/sign-in/again?to=/me', '/sign-in/link/none']) {
    await page.goto(path)
    await picture(page, `${path.replace(/\W+/g, '-')}-${name}`)
    expect(await findings(page), path).toEqual([])
  }
  await page.goto('/me')
  for (const link of ['Remove access', 'Change passkey Key']) {
    await page.getByRole('link', { name: link }).first().click()
    await picture(page, `${link.replace(/\W+/g, '-')}-${name}`)
    expect(await findings(page), link).toEqual([])
    await page.goto('/me')
  }
  await page.context().close()
})
