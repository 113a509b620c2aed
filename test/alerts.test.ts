import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { setUnavailable } from '../src/core/database/clients.ts'
import { GaugeRecorder, noteRun } from '../src/core/database/gauges.ts'
import { openForJobs } from '../src/core/database/handles.ts'
import { registry } from '../src/create-app.ts'
import { measureProcess } from '../src/platform/node/process-metrics.ts'
import { startApp, type TestApp } from './support/app.ts'
import { startMailbox } from './support/mailbox.ts'
import { parseMetrics, type Series } from './support/prometheus.ts'
import { fires } from './support/promql.ts'

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const METRICS_TOKEN = 'a-token-of-the-tests-for-metrics-0123456789'
const email = { to: 'a@b.example', from: 'C', subject: 's', text: 't' }
const hollis = { kind: 'tenant', region: 'ellery', slug: 'hollis' } as const

// https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
const duration = v.pipe(v.string(), v.regex(/^\d+[smhd]$/))
const rule = v.strictObject({
  alert: v.pipe(v.string(), v.regex(/^[A-Z]\w+$/)),
  expr: v.string(),
  for: duration,
  labels: v.strictObject({ severity: v.picklist(['warning', 'critical']) }),
  annotations: v.strictObject({ summary: v.pipe(v.string(), v.endsWith('.')), runbook_url: v.string() }),
})
const rulesFile = v.strictObject({
  groups: v.pipe(v.array(v.strictObject({ name: v.string(), rules: v.array(rule) })), v.length(1)),
})
const rules = v.parse(rulesFile, parse(file('deploy/alerts.yml'))).groups.flatMap(({ rules }) => rules)

const dashboard = JSON.parse(file('deploy/grafana-dashboard.json')) as {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

const SELECTOR = /\b((?:countyline|process|nodejs)_\w+)(?:\{([^}]*)\})?/g

let app: TestApp
let closeMailbox: () => Promise<void>
beforeAll(async () => {
  const mailbox = await startMailbox()
  closeMailbox = () => mailbox.close()
  app = await startApp({ environment: { METRICS_TOKEN }, mail: mailbox.settings })
  measureProcess(app.platform.metrics)
})
afterAll(async () => {
  await app.close()
  await closeMailbox()
})

async function scrape(): Promise<Series[]> {
  app.advance(60_000)
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
  return parseMetrics(await (await app.request('/metrics', { headers })).text())
}

async function visit() {
  const recorder = new GaugeRecorder(app.platform, registry.gauges)
  await recorder.visited(hollis, { done: 0, failed: 1 })
  await recorder.flush()
}

const firing = (...scrapes: readonly Series[][]) => {
  const now = app.platform.clock.now() / 1000
  const taken = scrapes.map((series, index) => ({ at: now - 60 * (scrapes.length - 1 - index), series }))
  return rules.filter(({ expr }) => fires(expr, taken)).map(({ alert }) => alert)
}

describe('alerts and the dashboard', () => {
  it('name only metrics that a server has, with labels that it gives', async () => {
    await app.platform.mail.send({ ...email, id: '1' })
    await noteRun(app.platform, 'jobs')
    app.platform.log('warn', 'job-failed', {})
    await app.runJobs()
    await app.request('/healthz')
    const series = await scrape()
    // Counted from the first time on; named in docs/operate.md.
    const later = ['countyline_text_messages_total', 'countyline_geocoder_requests_total']
    const selectors = [...rules.map(({ expr }) => expr), ...queries].flatMap(expr => [
      ...expr.matchAll(SELECTOR),
    ])
    expect(selectors.length).toBeGreaterThan(30)
    for (const [selector, name = '', labels = ''] of selectors) {
      const its = series.filter(each => each.name === name)
      if (its.length === 0) expect(later, selector).toContain(name)
      for (const [, label = ''] of labels.matchAll(/(\w+)=/g))
        expect(its[0]?.labels, selector).toHaveProperty(label)
    }
    const operate = file('docs/operate.md')
    for (const name of later) expect(operate).toContain(name)
  })

  it('show every metric of the deployment on the dashboard', async () => {
    const names = new Set(
      (await scrape()).map(({ name }) => name).filter(name => name.startsWith('countyline_')),
    )
    const shown = [...queries, ...rules.map(({ expr }) => expr)].join(' ')
    expect([...names].filter(name => !new RegExp(`\\b${name}\\b`).test(shown))).toEqual([])
  })

  it.each(rules.map(({ alert, annotations }) => [alert, annotations.runbook_url]))(
    '%s leads to what to do about it',
    (alert, runbook) => {
      const [path, heading = ''] = runbook.split('#')
      expect(path).toBe('docs/operate.md')
      const title = heading.replaceAll('-', ' ')
      const [, section = ''] = file('docs/operate.md').split(new RegExp(`^### ${title}$`, 'im'))
      expect(section.split(/^##/m)[0]).toContain(`\`${alert}\``)
    },
  )

  it('are silent while all is well, and fire for work given up, silence and databases that are away', async () => {
    await noteRun(app.platform, 'jobs')
    await visit()
    expect(firing(await scrape())).toEqual([])
    await openForJobs(app.platform, hollis).commit([
      sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('parked', 'parked', 0, 0, 1)`,
    ])
    await visit()
    expect(firing(await scrape())).toEqual(['CountylineWorkGivenUp'])
    await openForJobs(app.platform, hollis).commit([
      sql`DELETE FROM job WHERE key = 'parked'`,
      sql`INSERT INTO notice (event, follower, created_at, due_at)
        SELECT key, 'f', 0, 0 FROM json_each(${JSON.stringify(Array(101).fill(0))})`,
    ])
    await visit()
    expect(firing(await scrape())).toEqual(['CountylineEmailNotSent'])
    await openForJobs(app.platform, hollis).commit([sql`DELETE FROM notice`])
    await visit()
    app.advance(3_600_000)
    expect(firing(await scrape())).toEqual(['CountylineJobsNotRunning'])
    await noteRun(app.platform, 'jobs')
    await app.runJobs()
    const recorder = new GaugeRecorder(app.platform, registry.gauges)
    recorder.unavailable(hollis)
    await recorder.flush()
    expect(firing(await scrape())).toContain('CountylineDatabaseUnusable')
    await recorder.visited(hollis, { done: 0, failed: 0 })
    await recorder.flush()
    expect(firing(await scrape())).toEqual([])
  })

  it('fire for errors of the server by their share of the requests between two scrapes', async () => {
    const ask = async (times: number, path: string, status: number) => {
      for (let asked = 0; asked < times; asked++) expect((await app.request(path)).status).toBe(status)
    }
    const unavailable = '/open311/v2/requests.json?jurisdiction_id=hollis'
    // Errors of before: what counts is what has been added since.
    setUnavailable(app.platform, hollis, new Error('away'))
    await ask(20, unavailable, 503)
    await ask(10, '/healthz', 200)
    const before = await scrape()
    expect(firing(before)).toEqual([])
    await ask(98, '/healthz', 200)
    await ask(20, '/nowhere', 404)
    await ask(2, unavailable, 503)
    const few = await scrape()
    expect(firing(before, few)).toEqual([])
    await ask(95, '/healthz', 200)
    await ask(5, unavailable, 503)
    const many = await scrape()
    expect(firing(few, many)).toEqual(['CountylineServerErrors'])
    setUnavailable(app.platform, hollis, undefined)
    await ask(100, '/healthz', 200)
    expect(firing(many, await scrape())).toEqual([])
  })

  it('fire for emails that the mail server refuses, more than a few between two scrapes', async () => {
    const send = async (times: number) => {
      for (let sent = 0; sent < times; sent++)
        await app.platform.mail.send({ ...email, id: `${sent}` }).catch(() => undefined)
    }
    await closeMailbox()
    await send(1)
    const before = await scrape()
    await send(5)
    const few = await scrape()
    expect(firing(before, few)).toEqual([])
    await send(6)
    expect(firing(few, await scrape())).toEqual(['CountylineEmailNotSent'])
  })
})

it('the example of how to scrape is YAML that loads the rules', () => {
  const example = parse(file('deploy/prometheus.yml')) as {
    readonly scrape_configs: readonly { readonly metrics_path: string }[]
    readonly rule_files: readonly string[]
  }
  expect(example.scrape_configs.map(({ metrics_path: path }) => path)).toEqual(['/metrics'])
  expect(example.rule_files).toEqual(['alerts.yml'])
})
