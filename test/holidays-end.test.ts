import { afterEach, describe, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { makeGrant } from '../src/identity/staff/grants.ts'
import { endOfHolidays } from '../src/regions/runtime/holidays.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { lakeFiles } from './support/lake.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { hire } from './support/staff.ts'
import { deployment } from './support/terminal.ts'

const DAY = 86_400_000
const holidays = [
  { date: '2026-12-25', name: 'Christmas Day' },
  { date: '2026-07-04', name: 'Independence Day' },
]

describe('a list of holidays that runs out', () => {
  it.each([
    ['2026-09-25', undefined],
    ['2026-09-26', '2026-12-25'],
    ['2027-03-01', '2026-12-25'],
  ])('on %s ends: %s', (today, last) => {
    expect(endOfHolidays({ holidays }, today)).toBe(last)
    expect(endOfHolidays({ holidays: [] }, today)).toBe(undefined)
    expect(endOfHolidays({ holidays, to: '2026-10-01' }, today)).toBe(undefined)
  })

  it('is a warning of validate and plan, at the line of its last day', async () => {
    const list = 'holidays:\n  - { date: 2026-12-25, name: Christmas Day }\n'
    const files = lakeFiles({ 'east/jurisdiction.yaml': `name: East\nkind: municipality\ncode: EA\n${list}` })
    for (const [now, warns] of [
      ['2026-09-01T12:00:00Z', false],
      ['2026-10-01T12:00:00Z', true],
    ] as const) {
      const on = deployment(Date.parse(now))
      on.write('lake', files)
      for (const command of ['validate', 'plan'] as const) {
        const { code, out } = await on.countyline(command, '--region', 'lake')
        expect(code).toBe(0)
        expect(
          /east\/jurisdiction\.yaml:\d+:\d+: warning: The list of holidays ends on 2026-12-25\. Add those/.test(
            out,
          ),
        ).toBe(warns)
      }
    }
  })
})

describe('the administrators', () => {
  let app: TestApp
  let mailbox: Mailbox
  afterEach(async () => {
    await app.close()
    await mailbox.close()
  })

  it('of a jurisdiction, else of the region, get one email 90 days ahead, and one for the next list', async () => {
    mailbox = await startMailbox()
    const documents = await bundledDocuments()
    const jurisdictions = documents.jurisdictions
      .filter(({ slug }) => ['hollis', 'larkfield', documents.region.intake].includes(slug))
      .map(one => ({ ...one, holidays: one.slug === documents.region.intake ? [] : holidays }))
    const now = Date.parse('2026-09-20T12:00:00-04:00')
    app = await startApp({ documents: { ...documents, jurisdictions }, mail: mailbox.settings, now })
    await addAdministrator(app.platform, 'ellery', { email: 'boss@county.example', name: 'Boss' }, 'test')
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
    const grant = async (name: string, role: 'administrator' | 'agent') =>
      makeGrant(app.platform, db, {
        staff: await hire(app, name, `${name}@hollis.example`),
        role,
        source: 'command',
      })
    await grant('ada', 'administrator')
    await grant('bob', 'agent')
    await app.runJobs()
    expect(mailbox.emails).toEqual([])
    for (let day = 0; day < 9; day++) {
      app.advance(DAY)
      await app.runJobs()
    }
    expect(mailbox.emails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      ['ada@hollis.example', 'City of Hollis: the list of holidays ends on December 25, 2026'],
      ['boss@county.example', 'Town of Larkfield: the list of holidays ends on December 25, 2026'],
    ])
    expect(mailbox.emails[0]?.text).toContain('every holiday counts as a work day')
  })
})
