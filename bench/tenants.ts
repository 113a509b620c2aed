import type { Jurisdiction } from '../src/regions/documents/snapshot.ts'
import { bundledDocuments, startApp, type TestApp } from '../test/support/app.ts'
import { letters, plainRegion } from '../test/support/plain-region.ts'
import { type Figure, figure } from './figure.ts'
import { race, startBenchServer } from './servers/servers.ts'

/**
 * Requests to one process, spread over the databases of 35 and of 1,000 jurisdictions, beside as many different
 * ones in a single database: only the number of databases differs.
 */
export async function bench(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const tenants of [35, 1000]) {
    const app = await startApp({ documents: await manyTowns(tenants), slug: 'many-towns', now: Date.now() })
    const towns = app.region.documents.jurisdictions
    const spreadPaths: string[] = []
    const alonePaths: string[] = []
    for (const [index, { slug }] of towns.entries()) {
      spreadPaths.push(await report(app, slug, index))
      alonePaths.push(await report(app, 'town-0000', 0))
    }
    // The jobs after a configuration and a report run once, not while people read.
    await app.runJobs()
    await app.platform.close()
    const spread = await startBenchServer('ours', app.dataDir)
    const alone = await startBenchServer('ours', app.dataDir)
    try {
      // Opening a database is not what is measured.
      for (const path of spreadPaths) await (await fetch(spread.url + path)).text()
      for (const path of alonePaths) await (await fetch(alone.url + path)).text()
      const [all, one] = await race(
        { url: spread.url, requests: spreadPaths.map(get) },
        { url: alone.url, requests: alonePaths.map(get) },
      )
      figures.push(
        figure(
          `time of a request spread over ${tenants} databases`,
          'ms',
          1000 / all.requests.average,
          1000 / one.requests.average,
        ),
        figure(`memory with ${tenants} databases open`, 'MB', await spread.memory(), await alone.memory()),
      )
    } finally {
      await spread.stop()
      await alone.stop()
      await app.close()
    }
  }
  figures.push(await stallFigure())
  return figures
}

const ALL_OF_A_STATE = 3_206

/** While the job runner visits every database of a process that has just started. */
async function stallFigure(): Promise<Figure> {
  const stalls: number[] = []
  for (const tenants of [ALL_OF_A_STATE, 35]) {
    const app = await startApp({ documents: await manyTowns(tenants), slug: 'many-towns', now: Date.now() })
    await app.runJobs()
    await app.platform.close()
    const server = await startBenchServer('ours', app.dataDir)
    try {
      stalls.push(await server.longestStall())
    } finally {
      await server.stop()
      await app.close()
    }
  }
  const [many = 0, few = 0] = stalls
  return figure(`longest stall while ${ALL_OF_A_STATE} databases are visited, beside 35`, 'ms', many, few)
}

const get = (path: string) => ({ method: 'GET' as const, path })

/** Files a report in this town; returns where it can be read. */
async function report(app: TestApp, slug: string, index: number): Promise<string> {
  const answer = await app.request(`/r/many-towns/j/${slug}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service_code: 'help', ...middle(index), description: 'A bench is broken.' }),
  })
  if (answer.status !== 201) throw new Error(`the report was refused: ${await answer.text()}`)
  const { id } = (await answer.json()) as { id: string }
  return `/r/many-towns/open311/v2/requests/${id}.json`
}

const SIDE = 0.01
const COLUMNS = 32
const corner = (index: number) => ({
  long: -74 + (index % COLUMNS) * SIDE,
  lat: 38 + Math.floor(index / COLUMNS) * SIDE,
})

function middle(index: number) {
  const { lat, long } = corner(index)
  return { lat: lat + SIDE / 2, long: long + SIDE / 2 }
}

/** A county of square towns. */
async function manyTowns(count: number) {
  const { region } = await bundledDocuments()
  const jurisdictions = Array.from({ length: count }, (_, index): Jurisdiction => {
    const { lat, long } = corner(index)
    const [east, north] = [long + SIDE, lat + SIDE]
    const ring = [
      [long, lat],
      [east, lat],
      [east, north],
      [long, north],
      [long, lat],
    ] as const
    return {
      slug: `town-${String(index).padStart(4, '0')}`,
      name: `Town ${index}`,
      kind: 'municipality',
      code: `T${letters(index, 3)}`,
      boundary: [{ properties: {}, coordinates: [[ring]] }],
    }
  })
  return plainRegion({
    region: { ...region, hosts: ['many-towns.example'], intake: 'town-0000', partners: [] },
    services: [{ code: 'help', name: 'Help', layers: ['municipality'] }],
    jurisdictions,
  })
}
