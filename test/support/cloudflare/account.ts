import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from '../sqld.ts'
import { type Consumer, type Metadata, type RunningWorker, runningWorker } from './worker.ts'

/**
 * A local account of Cloudflare: as much of its API as `wrangler deploy` and `npm run deploy` call. What is uploaded
 * runs in workerd with the bindings that the upload names, so a binding that was forgotten is missing here too.
 */
export interface CloudflareAccount {
  /** For CLOUDFLARE_API_BASE_URL. */
  readonly apiUrl: string
  readonly account: string
  readonly token: string
  /** Where the worker will answer, once one is uploaded. */
  readonly workerUrl: string
  readonly calls: readonly string[]
  /** As Cloudflare does it each quarter of an hour. */
  runCron(): Promise<void>
  stop(): Promise<void>
}

interface Asset {
  readonly path: string
  readonly hash: string
}

const ACCOUNT = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const TOKEN = 'a token of the local account'

const fine = (result: unknown) => ({ status: 200, body: { success: true, errors: [], messages: [], result } })
const missing = (code: number, message: string) => ({
  status: 404,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
})
type Answer = ReturnType<typeof fine> | ReturnType<typeof missing>

export async function startCloudflare(): Promise<CloudflareAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-cloudflare-'))
  const workerPort = await freePort()
  const buckets = new Set<string>()
  const queues = new Map<string, string>()
  const consumers = new Map<string, Consumer>()
  const assets = new Map<string, string>()
  let manifest: readonly Asset[] = []
  let secrets: Record<string, string> = {}
  let name: string | undefined
  let crons: unknown[] = []
  let bindings: Metadata['bindings'] = []
  let worker: RunningWorker | undefined
  const calls: string[] = []

  const upload = async (script: string, form: FormData): Promise<Answer> => {
    const sentMetadata = JSON.parse(await textOf(form.get('metadata'))) as Metadata
    const metadata = {
      ...sentMetadata,
      bindings: sentMetadata.bindings.map(binding =>
        binding.type === 'inherit'
          ? (bindings.find(({ name: of }) => of === binding.name) ?? binding)
          : binding,
      ),
    }
    for (const { type, bucket_name = '', queue_name = '' } of metadata.bindings) {
      if (type === 'r2_bucket' && !buckets.has(bucket_name)) return missing(10085, `no bucket ${bucket_name}`)
      if (type === 'queue' && !queues.has(queue_name)) return missing(11000, `no queue ${queue_name}`)
    }
    const sent = metadata.bindings.filter(({ type }) => type === 'secret_text')
    secrets = { ...secrets, ...Object.fromEntries(sent.map(({ name: of, text = '' }) => [of, text])) }
    for (const { path, hash } of manifest) {
      const file = join(folder, 'assets', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, Buffer.from(assets.get(hash) ?? '', 'base64'))
    }
    const modules = await Promise.all(
      [...form].flatMap(([part, value]) =>
        part === 'metadata' || typeof value === 'string'
          ? []
          : [value.text().then(contents => ({ path: value.name, contents, type: value.type }))],
      ),
    )
    await worker?.stop()
    worker = await runningWorker({
      metadata,
      modules: modules.filter(({ type }) => type !== 'application/source-map'),
      secrets,
      consumers: [...consumers.values()],
      folder,
      port: workerPort,
    })
    name = script
    bindings = metadata.bindings
    return fine({
      id: script,
      metadata: {},
      resources: { script: { etag: 'e' }, script_runtime: {} },
      etag: 'e',
      pipeline_hash: 'p',
      deployment_id: 'd',
      startup_time_ms: 1,
    })
  }

  const answer = async (method: string, url: URL, request: IncomingMessage): Promise<Answer> => {
    const path = url.pathname.replace(`/client/v4/accounts/${ACCOUNT}`, '')
    const [, first = '', second = '', third = '', fourth = ''] = path.split('/')
    const json = async () => JSON.parse((await bodyOf(request)).toString())
    if (first === 'r2') {
      if (method === 'POST') {
        const { name: bucket } = await json()
        buckets.add(bucket)
        return fine({ name: bucket })
      }
      return buckets.has(third)
        ? fine({ name: third })
        : missing(10006, 'The specified bucket does not exist.')
    }
    if (first === 'queues' && third === 'consumers') {
      const queue = [...queues].find(([, id]) => id === second)?.[0] ?? ''
      if (method === 'GET') return fine([])
      consumers.set(queue, { queue, ...(await json()) })
      await worker?.consume([...consumers.values()])
      return fine({})
    }
    if (first === 'queues') {
      if (method === 'POST') {
        const { queue_name: queue } = await json()
        queues.set(queue, `id-of-${queue}`)
        return fine({ queue_name: queue })
      }
      const wanted = url.searchParams.get('name')
      const found = [...queues].filter(([queue]) => wanted === null || queue === wanted)
      return fine(
        found.map(([queue_name, queue_id]) => ({ queue_name, queue_id, producers: [], consumers: [] })),
      )
    }
    if (first === 'workers' && second === 'services' && name !== third) return missing(10090, 'not found')
    if (first === 'workers' && second === 'services')
      return fine({
        script: { etag: 'e', tag: 't' },
        default_environment: { environment: 'production', script: { last_deployed_from: 'wrangler' } },
      })
    if (first === 'workers' && second === 'workers')
      return fine({ subdomain: { enabled: true, previews_enabled: false } })
    if (first === 'workers' && second === 'assets') {
      const form = await formOf(request)
      for (const [hash, value] of form) assets.set(hash, await textOf(value))
      return { status: 201, body: fine({ jwt: jwt() }).body }
    }
    if (second === 'scripts' && fourth === 'assets-upload-session') {
      const body = (await json()) as { manifest: Record<string, { hash: string }> }
      manifest = Object.entries(body.manifest).map(([file, { hash }]) => ({ path: file, hash }))
      const needed = manifest.map(({ hash }) => hash).filter(hash => !assets.has(hash))
      return fine({ jwt: jwt(), buckets: needed.length === 0 ? [] : [needed] })
    }
    if (
      second === 'scripts' &&
      ['secrets', 'deployments', 'versions', 'settings'].includes(fourth) &&
      name !== third
    )
      return missing(10007, 'This Worker does not exist on your account.')
    if (second === 'scripts' && fourth === 'deployments')
      return fine({
        deployments: [{ id: 'd', source: 'wrangler', versions: [{ version_id: 'v', percentage: 100 }] }],
      })
    if (second === 'scripts' && fourth === 'versions' && method === 'POST')
      return upload(third, await formOf(request))
    if (second === 'scripts' && fourth === 'settings' && method === 'GET') return fine({ bindings })
    if (path.startsWith('/storage/kv/namespaces')) {
      if (method === 'GET') return fine([])
      const { title } = await json()
      return fine({ id: `id-of-${title}`, title })
    }
    if (second === 'scripts' && fourth === 'secrets')
      return fine(Object.keys(secrets).map(of => ({ name: of, type: 'secret_text' })))
    if (second === 'scripts' && fourth === 'schedules' && method === 'PUT') crons = await json()
    if (second === 'scripts' && fourth === '' && method === 'PUT') return upload(third, await formOf(request))
    if (second === 'subdomain' || fourth === 'subdomain')
      return fine({ subdomain: 'county', enabled: true, previews_enabled: false })
    return fine(method === 'GET' ? [] : {})
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    calls.push(`${request.method} ${url.pathname}`)
    // The upload of assets carries the session's token instead.
    const isKnown =
      request.headers.authorization === `Bearer ${TOKEN}` || url.pathname.includes('/assets/upload')
    const { status, body } = isKnown
      ? await answer(request.method ?? 'GET', url, request).catch(error => ({
          status: 500,
          body: { success: false, errors: [{ code: 1, message: String(error) }], messages: [], result: null },
        }))
      : {
          status: 403,
          body: {
            success: false,
            errors: [{ code: 10000, message: 'Authentication error' }],
            messages: [],
            result: null,
          },
        }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiUrl: `http://127.0.0.1:${port}/client/v4`,
    account: ACCOUNT,
    token: TOKEN,
    workerUrl: `http://127.0.0.1:${workerPort}`,
    calls,
    async runCron() {
      if (crons.length === 0) throw new Error('no cron was sent')
      await worker?.runCron()
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await worker?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function formOf(request: IncomingMessage): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  return new Response(await bodyOf(request), { headers }).formData()
}

function textOf(value: FormDataEntryValue | null): Promise<string> | string {
  return value === null || typeof value === 'string' ? (value ?? '') : value.text()
}

/** Wrangler reads when it expires. */
function jwt(): string {
  const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString(
    'base64url',
  )
  return `e30.${payload}.e30`
}
