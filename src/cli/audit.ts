import { verifyAnchors } from '../audit/anchors.ts'
import { isBeingImported } from '../audit/seal.ts'
import { isDamaged, type Verified, verifyLogs } from '../audit/verify.ts'
import { openRegion, openTenantReader } from '../core/database/handles.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { listDatabases } from '../regions/versions/migrate.ts'
import { compareWithAnchors, jurisdictionsIn } from './audit-anchors.ts'
import { command, refuse } from './command.ts'
import { count, orNothingYet, withPlatform } from './configuration.ts'

export const auditVerify = command({
  name: 'audit verify',
  summary: 'Check that logs, requests, grants and keys were not changed outside the program',
  options: {
    jurisdiction: { type: 'string', value: 'J', help: 'Only this jurisdiction (default: all)' },
    region: { type: 'string', value: 'R', help: 'Only this region (default: all)' },
    anchor: {
      type: 'string',
      value: 'FILE',
      help: 'Compare with a copy of the seals, from AUDIT_ANCHOR_FILE or AUDIT_ANCHOR_URL',
    },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const isChosen = (name: { region: string; jurisdiction: string }) =>
        (options.region === undefined || options.region === name.region) &&
        (options.jurisdiction === undefined || options.jurisdiction === name.jurisdiction)
      const found: Checked[] = []
      const regions = new Set<string>()
      for (const name of await orNothingYet(() => listDatabases(platform), [])) {
        if (name.kind !== 'tenant') continue
        const { region, slug: jurisdiction } = name
        if (!isChosen({ region, jurisdiction })) continue
        if (!regions.has(region)) found.push(...(await checkRegion(platform, region)))
        regions.add(region)
        found.push(await checkJurisdiction(platform, region, jurisdiction, options.anchor))
      }
      const known = new Set(found.map(({ region, jurisdiction }) => `${region}/${jurisdiction}`))
      for (const named of options.anchor === undefined ? [] : await jurisdictionsIn(options.anchor)) {
        if (isChosen(named) && !known.has(`${named.region}/${named.jurisdiction}`)) found.push(missing(named))
      }
      if (found.length === 0) throw refuse('Jurisdiction not found.')
      return {
        ok: found.every(({ ok }) => ok),
        lines: found.flatMap(each => [line(each), ...restoredLines(each)]),
        json: found,
      }
    }),
})

interface Checked extends Omit<Verified, 'broken'> {
  readonly region: string
  readonly jurisdiction: string | null
  readonly ok: boolean
  readonly broken: Broken | null
}

type Found = NonNullable<Verified['broken']>
type Broken = Omit<Found, 'what'> & { readonly what: Found['what'] | 'anchors' | 'missing' | 'unfinished' }

async function checkJurisdiction(
  platform: NodePlatform,
  region: string,
  jurisdiction: string,
  anchorFile: string | undefined,
): Promise<Checked> {
  const access = { kind: 'system', reason: 'audit' } as const
  const db = openTenantReader(platform, access, region, jurisdiction)
  const shared = openRegion(platform, access, region)
  if (await isBeingImported(db)) {
    const broken = { ...nowhere, what: 'unfinished' } as const
    return { region, jurisdiction, ok: false, ...nothing, broken }
  }
  const verified = await verifyLogs(db, shared)
  const isLike = verified.broken === null && anchorFile !== undefined
  const broken = isLike ? await compareWithAnchors(db, shared, anchorFile, verified.seals) : verified.broken
  return { region, jurisdiction, ok: broken === null, ...verified, broken }
}

const nothing = { seals: 0, head: null, unsealed: { events: 0, accessLog: 0 }, changed: 0, restored: [] }
const nowhere = { seal: 0, events: null, accessLog: null, at: 0 }

async function checkRegion(platform: NodePlatform, region: string): Promise<Checked[]> {
  const db = openRegion(platform, { kind: 'system', reason: 'audit' }, region)
  const wrong = (what: Broken['what'], seal = 0): Checked[] => [
    { region, jurisdiction: null, ok: false, ...nothing, broken: { ...nowhere, what, seal } },
  ]
  if (await isDamaged(db)) return wrong('damaged')
  const { broken } = await verifyAnchors(db)
  return broken === null ? [] : wrong('anchors', broken)
}

function missing(named: { region: string; jurisdiction: string }): Checked {
  return { ...named, ok: false, ...nothing, broken: { ...nowhere, what: 'missing' } }
}

function line({ region, jurisdiction, seals, unsealed, changed, broken }: Checked): string {
  const whose = jurisdiction === null ? region : `${region}/${jurisdiction}`
  if (broken === null) {
    const rest = unsealed.events + unsealed.accessLog + changed
    return `${whose}: unchanged (${count(seals, 'seal')}, ${count(rest, 'row')} not yet sealed)`
  }
  if (broken.what === 'unfinished') return `${whose}: ${texts.unfinished}`
  const { table, row } = broken
  const rows = [
    ...(broken.events ? [`event ${broken.events.from}–${broken.events.to}`] : []),
    ...(broken.accessLog ? [`access log ${broken.accessLog.from}–${broken.accessLog.to}`] : []),
    ...(table === undefined ? [] : [`${table} ${row}`]),
  ].join(', ')
  const where = rows === '' ? '' : `, ${rows}`
  if (broken.at === 0 || table !== undefined) return `${whose}: BROKEN${where}: ${texts[broken.what]}`
  return `${whose}: BROKEN at seal ${broken.seal} of ${new Date(broken.at).toISOString()}${where}: ${texts[broken.what]}`
}

function restoredLines({ region, jurisdiction, restored }: Checked): string[] {
  return restored.map(
    ({ at, seal, before }) =>
      `${region}/${jurisdiction}: restored from a backup at ${new Date(at).toISOString()}: what seals ${seal + 1} to ${before} covered is lost`,
  )
}

const texts: Readonly<Record<Broken['what'], string>> = {
  rows: 'a row or the seal was changed, removed or inserted',
  seals: 'a seal was removed or inserted',
  'cut-off': 'the newest seals were removed',
  'made-anew': 'the copy kept elsewhere has a different seal with that number',
  misplaced: 'a row has a number that the program never writes',
  'no-head': 'the region has no seal of it; the next seal will be copied there',
  'no-seals': 'there are rows, but all of their seals were removed',
  damaged: 'the database is damaged, or an index does not match its table',
  row: 'it does not match its seal, and no change was recorded',
  unexplained: 'it was changed, and no event describes the change',
  anchors: 'the region’s own copies of the seals were changed or removed',
  unfinished: 'not checked, because its import was interrupted. Run countyline import again',
  missing: 'there are copies of its seals, but its database is missing',
}
