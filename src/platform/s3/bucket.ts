import { bytesToHex } from '@noble/hashes/utils.js'
import { AwsClient } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import type { Bytes } from '../platform.ts'

// A bucket of any S3-compatible store. Each request is signed (AWS Signature Version 4) with the SHA-256 of
// its body, so that the store refuses what was changed on the way. Every request here may be repeated.

export interface S3Settings {
  /** `https://s3.us-east-1.amazonaws.com`, without the bucket. */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  /** `path`: `https://endpoint/bucket/key`; `virtual`: `https://bucket.endpoint/key`. */
  readonly addressing: 'path' | 'virtual'
}

export interface BucketSettings extends S3Settings {
  readonly bucket: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  /** Milliseconds until the store has to begin its answer, or go on with it. */
  readonly timeout?: number | undefined
}

export interface BucketObject {
  readonly key: string
  readonly size: number
  readonly changedAt: number
}

export interface StoredObject {
  readonly size: number
  readonly type: string | undefined
  /** Must be read to its end, or returned. */
  read(): AsyncIterable<Bytes>
}

export interface Bucket {
  /** `bucket at host`, for messages. */
  readonly name: string
  put(key: string, bytes: Bytes): Promise<void>
  /** Of any size, in parts that are each in memory once. What is incomplete is never visible. */
  putPieces(key: string, pieces: AsyncIterable<Bytes>): Promise<void>
  get(key: string): Promise<StoredObject | null>
  delete(key: string): Promise<void>
  /** In order of their keys. With `isFolder` only those without a further `/` after the prefix. */
  list(prefix: string, isFolder?: boolean): AsyncIterable<BucketObject>
}

/** `code` as the store gave it, such as `NoSuchBucket`; `unreachable` or `timeout` without an answer. */
export class BucketError extends Error {
  override readonly name = 'BucketError'
  readonly code: string
  readonly status: number | undefined

  constructor(code: string, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = options.status
  }
}

const TIMEOUT = 10_000
const TRIES = 3
const FIRST_WAIT = 100
const PART_BYTES = 16 * 1024 * 1024
const parser = new XMLParser({ parseTagValue: false, isArray: name => name === 'Contents' })

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Bytes
}

export function s3Bucket(settings: BucketSettings): Bucket {
  const { timeout = TIMEOUT } = settings
  const client = new AwsClient({
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    ...(settings.sessionToken === undefined ? {} : { sessionToken: settings.sessionToken }),
    region: settings.region,
    service: 's3',
    retries: 0,
  })
  const base = baseOf(settings)
  const name = `${settings.bucket} at ${base.host}`

  const once = async ({ method, key = '', query = {}, body }: Call): Promise<Response> => {
    const url = new URL(base)
    if (key !== '') url.pathname = `${url.pathname.replace(/\/$/, '')}/${key}`
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = { 'x-amz-content-sha256': await sha256(body ?? new Uint8Array(0)) }
    const request = await client.sign(url, { method, headers, ...(body && { body }), redirect: 'manual' })
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), timeout + millisecondsFor(body?.length ?? 0))
    try {
      return await fetch(request, { signal: controller.signal })
    } catch (cause) {
      throw controller.signal.aborted
        ? new BucketError('timeout', `${name} did not answer in time`, { cause })
        : new BucketError('unreachable', `${name} cannot be reached`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  /** The answer if its status is 2xx, null for an object that is not there. Throws `BucketError`. */
  const call = async (request: Call): Promise<Response | null> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await once(request)
        if (answer.ok) return answer
        const error = await refusal(name, answer)
        if (error.code === 'NoSuchKey') return null
        throw error
      } catch (error) {
        if (attempt === TRIES || !mayPass(error)) throw error
        await new Promise(resolve => setTimeout(resolve, FIRST_WAIT * 2 ** attempt))
      }
    }
  }

  const text = async (request: Call) => (await call(request))?.text() ?? ''

  const putParts = async (key: string, first: Bytes, rest: AsyncIterable<Bytes>) => {
    const started = parser.parse(await text({ method: 'POST', key, query: { uploads: '' } }))
    const uploadId = String(started.InitiateMultipartUploadResult?.UploadId ?? '')
    try {
      const tags: string[] = []
      const send = async (body: Bytes) => {
        const query = { partNumber: String(tags.length + 1), uploadId }
        tags.push((await call({ method: 'PUT', key, query, body }))?.headers.get('etag') ?? '')
      }
      await send(first)
      for await (const part of rest) await send(part)
      const parts = tags.map(
        (tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
      )
      const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
      const done = await text({
        method: 'POST',
        key,
        query: { uploadId },
        body: new TextEncoder().encode(body),
      })
      // A failure after the answer has begun comes with the status 200.
      if (!done.includes('CompleteMultipartUploadResult')) throw refusalOf(name, 500, done)
    } catch (error) {
      await call({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined)
      throw error
    }
  }

  return {
    name,
    async put(key, body) {
      await call({ method: 'PUT', key, body })
    },
    async putPieces(key, pieces) {
      const parts = inParts(pieces)[Symbol.asyncIterator]()
      const first = await parts.next()
      const second = await parts.next()
      const whole = first.done ? new Uint8Array(0) : first.value
      if (second.done) return void (await call({ method: 'PUT', key, body: whole }))
      const rest = async function* () {
        yield second.value
        yield* { [Symbol.asyncIterator]: () => parts }
      }
      await putParts(key, whole, rest())
    },
    async get(key) {
      const answer = await call({ method: 'GET', key })
      if (answer === null) return null
      const size = Number(answer.headers.get('content-length'))
      return {
        size,
        type: answer.headers.get('content-type') ?? undefined,
        read: () => piecesOf(answer, size, { name, timeout }),
      }
    },
    async delete(key) {
      await call({ method: 'DELETE', key })
    },
    async *list(prefix, isFolder = false) {
      for (let token: string | undefined, isOver = false; !isOver; ) {
        const query = {
          'list-type': '2',
          prefix,
          ...(isFolder && { delimiter: '/' }),
          ...(token !== undefined && { 'continuation-token': token }),
        }
        const page = parser.parse(await text({ method: 'GET', query })).ListBucketResult
        if (page === undefined) throw new BucketError('not-s3', `${name} did not answer as an S3 store`)
        for (const { Key, Size, LastModified } of page.Contents ?? [])
          yield { key: String(Key), size: Number(Size), changedAt: Date.parse(LastModified) }
        token = page.NextContinuationToken
        isOver = page.IsTruncated !== 'true' || token === undefined
      }
    },
  }
}

/** Why the bucket cannot be read, in words; undefined when it can. */
export async function unusable(bucket: Bucket): Promise<string | undefined> {
  try {
    for await (const _ of bucket.list('no-such-folder/', true)) break
    return undefined
  } catch (error) {
    return error instanceof BucketError ? error.message : 'unknown'
  }
}

function baseOf({ endpoint, bucket, addressing }: BucketSettings): URL {
  const url = new URL(endpoint)
  if (addressing === 'virtual') url.hostname = `${bucket}.${url.hostname}`
  else url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`
  return url
}

// A slow line needs more time for a part; this allows half a megabyte a second.
function millisecondsFor(bytes: number): number {
  return bytes / 500
}

async function sha256(bytes: Bytes): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof BucketError)) return false
  return error.status === undefined
    ? error.code === 'unreachable'
    : error.status >= 500 || error.status === 429
}

const reasons: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'does not know AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'refuses the signature: check AWS_SECRET_ACCESS_KEY and AWS_REGION',
  AccessDenied: 'does not allow this key to do that',
  RequestTimeTooSkewed: 'refuses the time of this machine: set its clock',
  NoSuchBucket: 'does not exist',
  PermanentRedirect: 'is in another region: check S3_ENDPOINT and AWS_REGION',
  AuthorizationHeaderMalformed: 'is in another region: check AWS_REGION',
}

async function refusal(name: string, answer: Response): Promise<BucketError> {
  return refusalOf(name, answer.status, await answer.text().catch(() => ''))
}

function refusalOf(name: string, status: number, body: string): BucketError {
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? (status === 404 ? 'NoSuchKey' : `http-${status}`)
  return new BucketError(code, `${name} ${reasons[code] ?? `answered ${status} (${code})`}`, { status })
}

async function* piecesOf(
  answer: Response,
  size: number,
  { name, timeout }: { readonly name: string; readonly timeout: number },
): AsyncGenerator<Bytes> {
  const reader = answer.body?.getReader()
  let length = 0
  try {
    for (;;) {
      const next = await inTime(reader?.read() ?? { done: true as const, value: undefined }, name, timeout)
      if (next.done) break
      length += next.value.length
      yield next.value as Bytes
    }
    if (length !== size) throw new BucketError('cut-short', `${name} sent ${length} bytes of ${size}`)
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}

async function inTime<T>(work: Promise<T> | T, name: string, timeout: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BucketError('timeout', `${name} stopped in the middle`)), timeout)
  })
  try {
    return await Promise.race([work, passed])
  } catch (cause) {
    if (cause instanceof BucketError) throw cause
    throw new BucketError('unreachable', `${name} ended the connection`, { cause })
  } finally {
    clearTimeout(timer)
  }
}

async function* inParts(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let part = new Uint8Array(PART_BYTES)
  let length = 0
  for await (let piece of pieces) {
    while (piece.length > 0) {
      const taken = piece.subarray(0, PART_BYTES - length)
      part.set(taken, length)
      length += taken.length
      piece = piece.subarray(taken.length)
      if (length < PART_BYTES) continue
      yield part
      part = new Uint8Array(PART_BYTES)
      length = 0
    }
  }
  if (length > 0) yield part.subarray(0, length)
}
