import { type Verified, verifyLogs } from '../audit/verify.ts'
import { openRegion, openTenantReader } from '../core/db.ts'
import { listDatabases } from '../regions/migrate.ts'
import { command, refuse } from './command.ts'
import { count, orNothingYet, withPlatform } from './configuration.ts'

export const auditVerify = command({
  name: 'audit verify',
  summary: 'Find whatever was changed, removed or inserted in the logs of who did and saw what',
  options: {
    jurisdiction: { type: 'string', value: 'J', help: 'Only this jurisdiction (default: all)' },
    region: { type: 'string', value: 'R', help: 'Only this region (default: all)' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const access = { kind: 'system', reason: 'audit' } as const
      const found: Checked[] = []
      for (const name of await orNothingYet(() => listDatabases(platform), [])) {
        if (name.kind !== 'tenant') continue
        const { region, slug: jurisdiction } = name
        if (options.region !== undefined && options.region !== region) continue
        if (options.jurisdiction !== undefined && options.jurisdiction !== jurisdiction) continue
        const db = openTenantReader(platform, access, region, jurisdiction)
        const verified = await verifyLogs(db, openRegion(platform, access, region))
        found.push({ region, jurisdiction, ok: verified.broken === null, ...verified })
      }
      if (found.length === 0) throw refuse('There is no such jurisdiction.')
      return { ok: found.every(({ ok }) => ok), lines: found.map(line), json: found }
    }),
})

interface Checked extends Verified {
  readonly region: string
  readonly jurisdiction: string
  readonly ok: boolean
}

function line({ region, jurisdiction, seals, unsealed, broken }: Checked): string {
  const whose = `${region}/${jurisdiction}`
  if (broken === null) {
    const rest = unsealed.events + unsealed.seen
    return `${whose}: as it was written (${count(seals, 'seal')}, ${count(rest, 'row')} not yet sealed)`
  }
  const rows = [
    ...(broken.events ? [`event ${broken.events.from}–${broken.events.to}`] : []),
    ...(broken.seen ? [`seen ${broken.seen.from}–${broken.seen.to}`] : []),
  ].join(', ')
  const where = rows === '' ? '' : `, ${rows}`
  if (broken.what === 'misplaced') return `${whose}: BROKEN${where}: ${said.misplaced}`
  return `${whose}: BROKEN at seal ${broken.seal} of ${new Date(broken.at).toISOString()}${where}: ${said[broken.what]}`
}

const said: Readonly<Record<NonNullable<Verified['broken']>['what'], string>> = {
  rows: 'a row or the seal was changed, removed or inserted',
  seals: 'a seal was removed or inserted',
  'cut-off': 'the newest seals were removed',
  'made-anew': 'the region knows another seal of that number',
  misplaced: 'a row was inserted where none is ever written',
  'no-head': 'the region knows no seal of it; the next one that is made is copied there',
}
