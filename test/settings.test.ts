import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSigned, sign } from '../src/core/signing.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { nodeSecrets } from '../src/platform/node/secrets.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countyline-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the environment', () => {
  test('names how letters go out, where links lead, and what may be asked', () => {
    const read = readEnvironment({
      SMTP_URL: 'smtps://user:secret@mail.example:465',
      MAIL_FROM: '311@county.example',
      PUBLIC_URL: 'https://311.county.example/',
      OUTBOUND_ALLOW: '127.0.0.1:8080, dot.internal:443',
      TRUST_PROXY: '1',
    })
    expect(read).toMatchObject({
      mail: { kind: 'smtp', url: 'smtps://user:secret@mail.example:465', from: '311@county.example' },
      publicUrl: 'https://311.county.example',
      outboundAllow: ['127.0.0.1:8080', 'dot.internal:443'],
      trustProxy: true,
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
      trustProxy: false,
    })
  })

  test.each([
    [{ SMTP_URL: 'mail.example', MAIL_FROM: 'a@b.example' }, /SMTP_URL begins with smtp/],
    [{ SMTP_URL: 'smtp://user:secret@mail.example' }, /MAIL_FROM is missing/],
    [{ MAIL_URL: 'ftp://mail.example', MAIL_FROM: 'a@b.example' }, /MAIL_URL is a web address/],
    [{ MAIL_FROM: 'nobody' }, /MAIL_FROM is an email address/],
    [{ PUBLIC_URL: 'county' }, /PUBLIC_URL is a URL/],
    [{ TRUST_PROXY: 'yes' }, /TRUST_PROXY is 1 or nothing/],
  ])('is refused by name, without its value: %o', (environment, told) => {
    expect(() => readEnvironment(environment)).toThrow(told)
    expect(() => readEnvironment(environment)).not.toThrow(/secret/)
  })
})

describe('secrets', () => {
  test('come from the environment, else from files; nothing else of the environment is one', () => {
    writeFileSync(join(folder, 'PARTNER_DOT'), 'from the file\n')
    const secrets = nodeSecrets(folder, { PARTNER_POWER: 'from there', DATABASE_TOKEN: 'not for partners' })
    expect(secrets.get('PARTNER_DOT')).toBe('from the file')
    expect(secrets.get('PARTNER_POWER')).toBe('from there')
    expect(secrets.get('PARTNER_NOBODY')).toBeUndefined()
    expect(secrets.get('DATABASE_TOKEN')).toBeUndefined()
    expect(secrets.get('../PARTNER_DOT')).toBeUndefined()
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
    const token = await sign(platform, 'follow', ['ellery', 'Ünïcode', 12])
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/)
    expect(await readSigned(platform, 'follow', token)).toEqual(['ellery', 'Ünïcode', 12])
    expect(await readSigned(platform, 'unfollow', token)).toBeUndefined()
    const other = nodePlatform({ dataDir: folder, environment: { SIGNING_KEY: 'another' } })
    expect(await readSigned(other, 'follow', token)).toBeUndefined()
  })

  test('is none when any of its characters is another', async () => {
    const platform = nodePlatform({ dataDir: folder, environment: {} })
    const token = await sign(platform, 'follow', ['a'])
    for (let at = 0; at < token.length; at++) {
      for (const other of ['A', 'B', '.', '=']) {
        if (token[at] === other) continue
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        expect(await readSigned(platform, 'follow', changed)).toBeUndefined()
      }
    }
  })
})
