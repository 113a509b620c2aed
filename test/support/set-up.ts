import { codeOfStart } from '../../src/admin/setup/codes.ts'
import type { EmptyApp } from './empty-app.ts'
import { leadsTo, type Visitor, visitor } from './visitor.ts'

/** What a clerk types: the fields of each step, in order. */
export const typed = {
  you: { name: 'Ada Lake', email: 'ada@lake.example' },
  region: {
    name: 'Lake County 311',
    slug: '',
    phone: '311',
    emergency: '911',
    languages: 'en',
    timezone: 'America/New_York',
    units: 'us',
    host: 'localhost',
    email: '',
  },
  services: {},
  county: {
    name: 'Lake County',
    kind: 'county',
    email: '',
    phone: '',
    hours: 'weekdays',
    opens: '08:00',
    closes: '17:00',
  },
} as const

export type FormStep = keyof typeof typed

export async function enter(app: EmptyApp, code?: string): Promise<Visitor> {
  const browser = visitor(app)
  await browser.post('/setup', { code: code ?? (await codeOfStart(app.platform)) })
  return browser
}

/** Sends a step as its page does: with the hidden fields and the ticks that it shows. */
export async function send(
  browser: Visitor,
  step: FormStep | 'check',
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const page = await browser.read(`/setup/${step}`)
  const [, version = ''] = /name="version" value="(\w*)"/.exec(page) ?? []
  const ticked = [...page.matchAll(/name="service" value="([\w-]+)" checked/g)].map(([, code = '']) => code)
  const given = step === 'check' ? {} : typed[step]
  const body = new URLSearchParams({ ...given, version, ...fields })
  if (fields.service === undefined) for (const code of ticked) body.append('service', code)
  return browser.postBody(`/setup/${step}`, body)
}

/** Fills in all steps; the check is what remains. */
export async function fillIn(
  browser: Visitor,
  region: Readonly<Record<string, string>> = {},
  county: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const step of ['you', 'region', 'services', 'county'] as const) {
    const answer = await send(browser, step, step === 'region' ? region : step === 'county' ? county : {})
    if (answer.status !== 303) throw new Error(`${step}: ${answer.status} ${await answer.text()}`)
  }
}

/** Creates it, and waits on its progress page. Returns the last page. */
export async function create(app: EmptyApp, browser: Visitor): Promise<string> {
  const answer = await send(browser, 'check')
  if (leadsTo(answer) !== '/setup/progress') throw new Error(`${answer.status} ${await answer.text()}`)
  await app.runJobs()
  await browser.get('/setup/progress')
  return browser.read('/setup/done')
}
