import dns from 'node:dns'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { asProblem } from '../src/core/problem.ts'
import { diskFiles } from '../src/platform/node/files.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'
import { type BucketSettings, s3Bucket, unusable } from '../src/platform/s3/bucket.ts'
import { s3Files } from '../src/platform/s3/files.ts'
import { filesContract } from './contract/files.ts'
import { type S3Server, startS3 } from './support/s3.ts'

let s3: S3Server
const folder = mkdtempSync(join(tmpdir(), 'countyline-files-'))
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(async () => {
  await s3.stop()
  rmSync(folder, { recursive: true, force: true })
})

const bucket = (changes: Partial<BucketSettings> = {}) => s3Bucket({ ...s3.settings, ...changes })

describe('files in a folder', () => filesContract(() => diskFiles(folder)))

describe('files in a bucket', () => filesContract(() => s3Files(bucket())))

describe('files in a bucket that is a part of the host name', () => {
  // Not every system resolves names below localhost.
  const lookup = dns.lookup
  beforeAll(() => {
    dns.lookup = ((name: string, ...rest: unknown[]) =>
      Reflect.apply(lookup, dns, [
        name.endsWith('.localhost') ? '127.0.0.1' : name,
        ...rest,
      ])) as typeof lookup
  })
  afterAll(() => {
    dns.lookup = lookup
  })
  const virtual = () => {
    const port = new URL(s3.settings.endpoint).port
    return bucket({ addressing: 'virtual', endpoint: `http://s3.localhost:${port}` })
  }
  filesContract(() => s3Files(virtual()))
})

describe('a bucket', () => {
  it('lists more than one page', async () => {
    const names = Array.from({ length: 1005 }, (_, at) => `many/${String(at).padStart(4, '0')}`)
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map(key => bucket().put(key, new Uint8Array([1]))))
    const listed: string[] = []
    for await (const { key } of bucket().list('many/')) listed.push(key)
    expect(listed).toEqual(names)
  })

  it('takes a large file in parts', async () => {
    const piece = new Uint8Array(1024 * 1024).map((_, at) => at % 251)
    const pieces = async function* () {
      for (let at = 0; at < 35; at++) yield piece
    }
    await bucket().putPieces('large/one', pieces())
    const stored = await bucket().get('large/one')
    expect(stored?.size).toBe(35 * piece.length)
    let at = 0
    let isSame = true
    for await (const part of stored?.read() ?? []) {
      isSame &&= part.every((byte, index) => byte === piece[(at + index) % piece.length])
      at += part.length
    }
    expect([at, isSame]).toEqual([35 * piece.length, true])
  })

  it('has no part of a large file whose end never came', async () => {
    const pieces = async function* () {
      yield new Uint8Array(33 * 1024 * 1024)
      throw new Error('the disk failed')
    }
    await expect(bucket().putPieces('large/half', pieces())).rejects.toThrow('the disk failed')
    expect(await bucket().get('large/half')).toBeNull()
  })

  it.each<[string, Partial<BucketSettings>, RegExp]>([
    ['another key', { accessKeyId: 'NOBODY' }, /does not know AWS_ACCESS_KEY_ID/],
    ['another secret', { secretAccessKey: 'wrong' }, /refuses the signature: check AWS_SECRET_ACCESS_KEY/],
    ['a bucket that is not there', { bucket: 'nowhere' }, /nowhere at .* does not exist/],
    ['a port where nothing answers', { endpoint: 'http://127.0.0.1:9' }, /cannot be reached/],
  ])('says what is wrong: %s', async (_, changes, message) => {
    expect(await unusable(bucket(changes))).toMatch(message)
    const error = asProblem(
      await s3Files(bucket(changes))
        .delete('lake/one')
        .catch(cause => cause),
    )
    expect([error.slug, error.retryAfterSeconds]).toEqual(['storage-unavailable', 30])
  })

  it('says that the clock is wrong', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
    try {
      expect(await unusable(bucket())).toMatch(/set its clock/)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is left alone when it does not answer in time, and used again when it does', async () => {
    const files = s3Files(bucket({ timeout: 300 }))
    s3.signal('SIGSTOP')
    const error = asProblem(await files.get('lake/key-1/one').catch(cause => cause))
    s3.signal('SIGCONT')
    expect([error.slug, error.logged]).toEqual(['storage-unavailable', { reason: 'timeout' }])
    expect((await s3Files(bucket()).get('lake/key-1/one'))?.size).toBe(13)
  })

  it('refuses a body that was changed on the way', async () => {
    const { AwsClient } = await import('aws4fetch')
    const { accessKeyId, secretAccessKey, region } = s3.settings
    const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' })
    const headers = { 'x-amz-content-sha256': '0'.repeat(64) }
    const url = `${s3.settings.endpoint}/photos/changed`
    const signed = await client.sign(url, { method: 'PUT', headers, body: 'changed' })
    expect((await fetch(signed)).status).toBe(403)
  })
})

describe('settings of a bucket', () => {
  const given = { S3_BUCKET: 'photos', AWS_ACCESS_KEY_ID: 'id', AWS_REGION: 'eu-west-1' }

  it('are those that S3 tools use', () => {
    expect(readEnvironment(given)).toMatchObject({
      photoBucket: 'photos',
      s3: { endpoint: 'https://s3.eu-west-1.amazonaws.com', region: 'eu-west-1', addressing: 'path' },
    })
    expect(readEnvironment({})).toMatchObject({ photoBucket: undefined, s3: undefined })
  })

  it.each<[Record<string, string>, RegExp]>([
    [{ S3_BUCKET: 'photos' }, /Set AWS_ACCESS_KEY_ID/],
    [{ ...given, S3_BUCKET: 'No bucket' }, /S3_BUCKET is a name/],
    [{ ...given, S3_ENDPOINT: 'http://store.example' }, /S3_ENDPOINT begins with https/],
    [{ ...given, S3_ADDRESSING: 'both' }, /S3_ADDRESSING is path or virtual/],
  ])('are refused by name: %o', (environment, message) => {
    expect(() => readEnvironment(environment)).toThrow(message)
  })

  it('may name a store of one’s own network without TLS', () => {
    const own = { ...given, S3_ENDPOINT: 'http://store.internal:9000', OUTBOUND_ALLOW: 'store.internal:9000' }
    expect(readEnvironment(own).s3?.endpoint).toBe('http://store.internal:9000')
    const near = { ...given, S3_ENDPOINT: 'http://127.0.0.1:9000' }
    expect(readEnvironment(near).s3?.endpoint).toBe('http://127.0.0.1:9000')
  })

  it('need the secret too, in the environment or among the secrets', () => {
    const { bucket: photoBucket, ...store } = s3.settings
    const open = (environment: Record<string, string>) =>
      nodePlatform({ dataDir: folder, s3: store, photoBucket, environment })
    expect(() => open({})).toThrow(/AWS_SECRET_ACCESS_KEY/)
    expect(() => open({ AWS_SECRET_ACCESS_KEY: 'secret' })).not.toThrow()
  })
})
