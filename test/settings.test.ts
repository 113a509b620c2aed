import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signPayload, verifyPayload } from '../src/core/encryption/signing.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { nodeSecrets } from '../src/platform/node/secrets.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countyline-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the environment', () => {
  test('names how emails go out, where links lead, and what may be asked', () => {
    const read = readEnvironment({
      SMTP_URL: 'smtps://user:secret@mail.example:465',
      MAIL_FROM: '311@county.example',
      PUBLIC_URL: 'https://311.county.example/',
      OUTBOUND_ALLOW: '127.0.0.1:8080, dot.internal:443',
      DNS_RESOLVER_URL: 'https://dns.example/resolve',
      TRUST_PROXY: '1',
    })
    expect(read).toMatchObject({
      mail: { kind: 'smtp', url: 'smtps://user:secret@mail.example:465', from: '311@county.example' },
      publicUrl: 'https://311.county.example',
      outboundAllow: ['127.0.0.1:8080', 'dot.internal:443'],
      dnsResolverUrl: 'https://dns.example/resolve',
      proxies: 1,
      rateLimits: true,
    })
    const service = { MAIL_URL: 'https://mail.example/send', MAIL_TOKEN: 't', MAIL_FROM: 'a@b.example' }
    expect(readEnvironment(service).mail).toEqual({
      kind: 'service',
      url: 'https://mail.example/send',
      token: 't',
      from: 'a@b.example',
    })
    expect(readEnvironment({ PORT: '9000' })).toMatchObject({
      mail: undefined,
      publicUrl: 'http://localhost:9000',
      outboundAllow: [],
      dnsResolverUrl: 'https://cloudflare-dns.com/dns-query',
      proxies: 0,
    })
  })

  test('names how text messages go out', () => {
    const service = { SMS_URL: 'https://sms.example/send', SMS_TOKEN: 't', SMS_FROM: '+13055550100' }
    const sms = { url: 'https://sms.example/send', token: 't', from: '+13055550100' }
    expect(readEnvironment(service).sms).toEqual({ ...sms, account: undefined })
    expect(readEnvironment({ ...service, SMS_ACCOUNT: 'AC1' }).sms).toEqual({ ...sms, account: 'AC1' })
    expect(readEnvironment({}).sms).toBeUndefined()
  })

  test.each([
    [{ SMTP_URL: 'mail.example', MAIL_FROM: 'a@b.example' }, /SMTP_URL begins with smtp/],
    [{ SMS_URL: 'sms.example', SMS_FROM: '311' }, /SMS_URL is a URL/],
    [{ DNS_RESOLVER_URL: '1.1.1.1' }, /DNS_RESOLVER_URL is a URL/],
    [{ SMS_URL: 'https://sms.example' }, /Set SMS_FROM/],
    [{ SMTP_URL: 'smtp://user:secret@mail.example' }, /Set MAIL_FROM/],
    [{ MAIL_URL: 'ftp://mail.example', MAIL_FROM: 'a@b.example' }, /MAIL_URL is a web address/],
    [{ MAIL_FROM: 'nobody' }, /MAIL_FROM is an email address/],
    [{ PUBLIC_URL: 'county' }, /PUBLIC_URL is a URL/],
    [{ HOST: '0.0.0.0 please' }, /HOST is an address/],
    [{ TRUST_PROXY: 'yes' }, /TRUST_PROXY is 1 to 9 or nothing/],
  ])('is refused by name, without its value: %o', (environment, message) => {
    expect(() => readEnvironment(environment)).toThrow(message)
    expect(() => readEnvironment(environment)).not.toThrow(/secret/)
  })
})

describe('secrets', () => {
  test('come from the environment, else from files; nothing else of the environment is one', () => {
    writeFileSync(join(folder, 'PARTNER_LAKE__DOT'), 'from the file\n')
    const environment = { PARTNER_LAKE__POWER: 'from there', DATABASE_TOKEN: 'not for partners' }
    const secrets = nodeSecrets(folder, environment)
    const of = (body: string) => ({ purpose: 'PARTNER', region: 'lake', body }) as const
    expect(secrets.ownedBy(of('dot'), 'PARTNER_LAKE__DOT')).toBe('from the file')
    expect(secrets.ownedBy(of('power'), 'PARTNER_LAKE__POWER')).toBe('from there')
    expect(secrets.ownedBy(of('nobody'), 'PARTNER_LAKE__NOBODY')).toBeUndefined()
    expect(secrets.get('DATABASE_TOKEN')).toBeUndefined()
    expect(secrets.get('../SIGNING_KEY')).toBeUndefined()
    expect(secrets.get('PARTNER_LAKE__DOT')).toBeUndefined()
  })

  test('are one body’s in one region, whoever names them and however slugs are made', () => {
    const owned = { region: 'a-b', body: 'c' }
    const names = [
      'OIDC_A_B__C',
      'OIDC_A_B__C__2027',
      'OIDC_A__B_C',
      'OIDC_A_B__C_D',
      'OIDC_C',
      'SIGNING_KEY',
    ]
    const secrets = nodeSecrets(folder, Object.fromEntries(names.map(name => [name, `the ${name}`])))
    const readBy = (region: string, body: string) =>
      names.filter(name => secrets.ownedBy({ purpose: 'OIDC', region, body }, name) !== undefined)
    expect(readBy(owned.region, owned.body)).toEqual(['OIDC_A_B__C', 'OIDC_A_B__C__2027'])
    expect(readBy('a', 'b-c')).toEqual(['OIDC_A__B_C'])
    expect(readBy('a-b', 'c-d')).toEqual(['OIDC_A_B__C_D'])
    expect(readBy('other', 'c')).toEqual([])
    expect(secrets.ownedBy({ purpose: 'PARTNER', ...owned }, 'OIDC_A_B__C')).toBeUndefined()
  })

  test('the signing key is made once, for this machine’s eyes only, and stays', () => {
    const made = nodeSecrets(folder, {}).get('SIGNING_KEY')
    expect(made).toMatch(/^[0-9a-f]{64}$/)
    expect(nodeSecrets(folder, {}).get('SIGNING_KEY')).toBe(made)
    expect(readFileSync(join(folder, 'SIGNING_KEY'), 'utf8')).toBe(made)
    expect(statSync(join(folder, 'SIGNING_KEY')).mode & 0o077).toBe(0)
    expect(nodeSecrets(folder, { SIGNING_KEY: 'mine' }).get('SIGNING_KEY')).toBe('mine')
  })
})

describe('a signed link', () => {
  test('says what was signed, to this purpose and key only', async () => {
    const platform = nodePlatform({ dataDir: folder, environment: {} })
    const token = await signPayload(platform, 'follow', ['ellery', 'Ünïcode', 12])
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/)
    expect(await verifyPayload(platform, 'follow', token)).toEqual(['ellery', 'Ünïcode', 12])
    expect(await verifyPayload(platform, 'unfollow', token)).toBeUndefined()
    const other = nodePlatform({ dataDir: folder, environment: { SIGNING_KEY: 'another' } })
    expect(await verifyPayload(other, 'follow', token)).toBeUndefined()
  })

  test('is none when any of its characters is another', async () => {
    const platform = nodePlatform({ dataDir: folder, environment: {} })
    const token = await signPayload(platform, 'follow', ['a'])
    for (let at = 0; at < token.length; at++) {
      for (const other of ['A', 'B', '.', '=']) {
        if (token[at] === other) continue
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        expect(await verifyPayload(platform, 'follow', changed)).toBeUndefined()
      }
    }
  })
})
