import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundledDocuments } from '../test/support/app.ts'
import { type Sqld, startSqld } from '../test/support/sqld.ts'
import { usCounties } from '../test/support/us-counties.ts'
import { type StoredRegion, storeRegion } from './edge/regions.ts'
import { type Bundles, bundleWorkers, startWorkerd, type Workerd } from './edge/workerd.ts'
import { type Figure, figure } from './figure.ts'

const WARM = 50
const MEASURED = 100
const STARTS = 3
const REPORTS = 50
/** In `edge/bare-worker.ts` too. */
const BARE_NAMESPACE = 'bare'
const MEGABYTE = 1024 * 1024

/**
 * The worker as deployed, in workerd, with sqld beside it: its first request, processor time of a request, and memory
 * of its isolate, with the largest bundled region and with all counties of the United States. The baseline is a bare
 * Hono worker in the same process. Linux only.
 */
export async function bench(): Promise<readonly Figure[]> {
  const sqld = await startSqld()
  await makeNamespace(sqld, BARE_NAMESPACE)
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-edge-bench-'))
  const bundles = await bundleWorkers()
  try {
    const bundled = { name: 'bundled region', slug: 'ellery', documents: await bundledDocuments() }
    const counties = { name: 'all US counties', slug: 'counties', documents: await usCounties() }
    const figures: Figure[] = []
    for (const region of [bundled, counties]) {
      const edge = { sqld, bundles, region: await storeRegion(sqld, dataDir, region) }
      figures.push(
        ...(await processorFigures(edge)),
        ...(await startFigures(edge)),
        ...(await memoryFigures(edge)),
      )
    }
    return figures
  } finally {
    bundles.remove()
    await sqld.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function makeNamespace({ adminUrl }: Sqld, name: string): Promise<void> {
  const answer = await fetch(`${adminUrl}/v1/namespaces/${name}/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`sqld answered ${answer.status} for the namespace ${name}`)
}

interface Edge {
  readonly sqld: Sqld
  readonly bundles: Bundles
  readonly region: StoredRegion
}

async function withWorkerd<T>(
  { sqld, bundles }: Edge,
  inspected: boolean,
  work: (workerd: Workerd) => Promise<T>,
): Promise<T> {
  const variables = {
    DATABASE_URL: sqld.url,
    PUBLIC_URL: 'https://bench.example',
    SIGNING_KEY: 'a signing key of the bench, of at least 32 characters',
    MASTER_KEY: 'a master key of the bench, of at least 32 characters',
  }
  const workerd = await startWorkerd(bundles, variables, { inspected })
  try {
    return await work(workerd)
  } finally {
    await workerd.stop()
  }
}

type Ask = () => Promise<void>

let caller = 0

/** Every request comes from another address, so that no limit refuses it. */
async function ask(url: string, init: RequestInit = {}): Promise<void> {
  caller++
  const address = `10.${(caller >> 16) & 255}.${(caller >> 8) & 255}.${caller & 255}`
  const answer = await fetch(url, { ...init, headers: { 'cf-connecting-ip': address } })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`)
}

function waysOf({ url, bareUrl, drainQueue }: Workerd, { slug, jurisdiction, form }: StoredRegion) {
  const own = `${url}/r/${slug}`
  const get = (path: string) => () => ask(own + path)
  const bare = (path: string) => () => ask(bareUrl + path)
  const bareInsert = () => ask(`${bareUrl}/requests`, { method: 'POST', body: form })
  const post = async () => {
    await ask(`${own}/open311/v2/requests.json`, { method: 'POST', body: form })
    await drainQueue()
  }
  const list = `/open311/v2/requests.json?jurisdiction_id=${jurisdiction}`
  const ways: readonly (readonly [name: string, ours: Ask, baseline: Ask])[] = [
    ['/', get('/'), bare('/')],
    ['/report/pothole', get('/report/pothole'), bare('/')],
    ['/reports', get('/reports'), bare('/requests')],
    ['GeoReport list of 50', get(list), bare('/requests')],
    ['GeoReport POST with its jobs', post, bareInsert],
  ]
  return { ways, post, bareInsert }
}

/** Enough reports that the lists are full. */
async function fill(workerd: Workerd, region: StoredRegion): Promise<void> {
  await ask(`${workerd.bareUrl}/tables`, { method: 'POST' })
  const { post, bareInsert } = waysOf(workerd, region)
  for (let count = 0; count < REPORTS; count++) {
    await post()
    await bareInsert()
  }
}

function processorFigures(edge: Edge): Promise<Figure[]> {
  return withWorkerd(edge, false, async workerd => {
    await fill(workerd, edge.region)
    const each = async (work: Ask) => {
      for (let count = 0; count < WARM; count++) await work()
      const before = workerd.cpu()
      for (let count = 0; count < MEASURED; count++) await work()
      return (workerd.cpu() - before) / MEASURED
    }
    const figures: Figure[] = []
    for (const [name, ours, baseline] of waysOf(workerd, edge.region).ways) {
      const title = `edge, ${edge.region.name}: processor time of ${name}`
      figures.push(figure(title, 'ms', await each(ours), await each(baseline)))
    }
    return figures
  })
}

/** The first request of a process that has just started, by the clock. */
async function startFigures(edge: Edge): Promise<Figure[]> {
  const times: { ours: number[]; bare: number[]; start: number[] } = { ours: [], bare: [], start: [] }
  for (let count = 0; count < STARTS; count++) {
    await withWorkerd(edge, false, async workerd => {
      const [[, ours, bare] = ['', ask, ask]] = waysOf(workerd, edge.region).ways
      times.start.push(workerd.startTime)
      times.bare.push(await timeOf(() => bare('')))
      times.ours.push(await timeOf(() => ours('')))
    })
  }
  return [
    figure(`edge, ${edge.region.name}: first request`, 'ms', median(times.ours), median(times.bare)),
    figure(
      `edge, ${edge.region.name}: workerd starts and compiles all scripts`,
      'ms',
      median(times.start),
      median(times.start),
    ),
  ]
}

function memoryFigures(edge: Edge): Promise<Figure[]> {
  return withWorkerd(edge, true, async workerd => {
    const { ways } = waysOf(workerd, edge.region)
    const [[, ours, bare] = ['', ask, ask]] = ways
    await bare('')
    await ours('')
    const first = [await workerd.heap('main', false), await workerd.heap('bare', false)] as const
    for (let count = 0; count < REPORTS; count++) {
      for (const [, ours, baseline] of ways) {
        await ours()
        await baseline()
      }
    }
    const busy = [await workerd.heap('main', false), await workerd.heap('bare', false)] as const
    const calm = [await workerd.heap('main'), await workerd.heap('bare')] as const
    const row = (name: string, [main, plain]: typeof calm, kind: 'used' | 'reserved') =>
      figure(`edge, ${edge.region.name}: memory ${name}`, 'MB', main[kind] / MEGABYTE, plain[kind] / MEGABYTE)
    return [
      row('reserved after the first request', first, 'reserved'),
      row(`reserved after ${REPORTS * ways.length} requests`, busy, 'reserved'),
      row('used, after garbage collection', calm, 'used'),
    ]
  })
}

async function timeOf(work: Ask): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
