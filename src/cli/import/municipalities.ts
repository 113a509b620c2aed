import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { isRefusal } from '../../geography/refusal.ts'
import { type BoundaryImport, importBoundaries } from '../../import/boundaries/import.ts'
import { withSnapped } from '../../import/boundaries/validity.ts'
import { municipalityFiles } from '../../import/municipalities/files.ts'
import { rowIssueTexts } from '../../import/municipalities/issues.ts'
import { nameFieldFor } from '../../import/municipalities/match.ts'
import { readParticulars } from '../../import/municipalities/particulars.ts'
import {
  type MunicipalitiesPlan,
  type MunicipalityRow,
  type PresentRegion,
  planMunicipalities,
} from '../../import/municipalities/plan.ts'
import { readEnvironment } from '../../platform/node/settings.ts'
import { readBytes, regionsIn, writeFiles } from '../../platform/node/tenants.ts'
import { loadJurisdictions, type RegionFiles } from '../../regions/documents/load.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { type RegionDocument, regionDocument } from '../../regions/documents/schemas/region.ts'
import { command, refuse, type Terminal } from '../command.ts'
import { asOption, count, loadRegions } from '../configuration.ts'
import { apply, plan } from '../region/documents.ts'
import { readBoundaries, sourceLines } from './boundary-source.ts'
import { pair, readSnap, readWith, regionFolder } from './options.ts'

export const importMunicipalitiesCommand = command({
  name: 'municipalities import',
  summary: "Import a county's municipalities from one boundary file and one table of their particulars",
  operands: ['GEOJSON'],
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region to write to, in TENANTS_DIR' },
    particulars: {
      type: 'string',
      required: true,
      value: 'CSV',
      help: 'A line for each: name, slug, kind, code, email, phone, url, hosts, languages, hours, timezone',
    },
    tenants: { type: 'string', value: 'DIR', help: 'The folder of the documents (default: TENANTS_DIR)' },
    'dry-run': { type: 'boolean', help: 'Show the preview and write nothing' },
    'valid-only': { type: 'boolean', help: 'Leave out rows with errors (default: they stop the import)' },
    apply: { type: 'boolean', help: 'Plan and apply what was written' },
    'name-field': {
      type: 'string',
      value: 'F',
      help: 'The property with the names (default: the one with those of the table)',
    },
    only: {
      type: 'string',
      value: 'P=V',
      multiple: true,
      help: 'Only features with the value V in property P',
    },
    snap: { type: 'string', value: 'M', help: 'Move boundaries within so many meters of a neighbor onto it' },
    member: { type: 'string', value: 'PATH', help: 'The file or object to read, where there are several' },
    crs: { type: 'string', value: 'CRS', help: 'Coordinate system, where the file does not say: EPSG:2249' },
    from: { type: 'string', value: 'DAY', help: 'First day of these boundaries. Earlier ones end there' },
    to: { type: 'string', value: 'DAY', help: 'First day without these boundaries' },
    as: asOption,
  },
  run: async (given, { options, operands: [file = ''] }) => {
    const terminal = withTenants(given, options.tenants)
    const { root, present } = await regionFolder(terminal, options.region)
    const particulars = readParticulars(await readBytes(options.particulars))
    if (isRefusal(particulars))
      throw refuse(`${options.particulars}: ${particulars.why}. ${particulars.repair}.`)
    const source = await readBoundaries(file, present, options)
    const nameField = options['name-field'] ?? nameFieldFor(source.value, particulars.rows)
    if (nameField === undefined) {
      throw refuse(
        `${file}: No property of its features has the names of ${options.particulars}. Name it: --name-field F.`,
      )
    }
    const only = new Map((options.only ?? []).map(pair))
    const region = await presentRegion(terminal, options.region, present)
    const drawn = importBoundaries(source.value, { nameField, only })
    const planned = planMunicipalities(snapped(drawn, region, options.snap), particulars, region, {
      from: readWith(jurisdictionDocument.entries.from, options.from, '--from'),
      to: readWith(jurisdictionDocument.entries.to, options.to, '--to'),
    })
    const refused = planned.rows.filter(({ outcome }) => outcome === 'refused')
    const files = municipalityFiles(planned, present)
    const isWritten = !options['dry-run'] && (refused.length === 0 || options['valid-only'] === true)
    if (isWritten && planned.hosts.size > 0 && region.region === undefined)
      throw refuse(`${options.region}/region.yaml has errors or is missing; the hosts are written there.`)
    const lines = [
      ...sourceLines(source),
      ...(particulars.encoding === 'UTF-8' ? [] : [`read the table in ${particulars.encoding}`]),
      ...particulars.ignored.map(column => `warning The table: nothing is taken from the column ${column}.`),
      ...drawn.warnings.map(({ name, what }) => `warning ${name}: ${what}.`),
      ...previewLines(planned),
    ]
    const json = {
      region: options.region,
      nameField,
      ...planned,
      jurisdictions: undefined,
      hosts: Object.fromEntries(planned.hosts),
    }
    if (!isWritten) {
      const why = options['dry-run'] ? '' : ' Mend the rows, or leave them out with --valid-only.'
      lines.push(`${summary(options.region, planned)}. Nothing was written.${why}`)
      return { ok: refused.length === 0, lines, json: { ...json, written: [] } }
    }
    await writeFiles(root, files)
    lines.push(`${summary(options.region, planned)}. ${count(files.size, 'document')} written.`)
    if (!options.apply) return { ok: true, lines, json: { ...json, written: [...files.keys()] } }
    for (const line of lines) terminal.err(`${line}\n`)
    const previewed = await plan.run(terminal, { options: { region: options.region }, operands: [] })
    for (const line of previewed.lines) terminal.err(`${line}\n`)
    if (!previewed.ok)
      return { ...previewed, json: { ...json, written: [...files.keys()], plan: previewed.json } }
    const applied = await apply.run(terminal, {
      options: { region: options.region, as: options.as },
      operands: [],
    })
    return {
      ok: applied.ok,
      lines: applied.lines,
      json: { ...json, written: [...files.keys()], plan: previewed.json, applied: applied.json },
    }
  },
})

function withTenants(terminal: Terminal, folder: string | undefined): Terminal {
  return folder === undefined ? terminal : { ...terminal, env: { ...terminal.env, TENANTS_DIR: folder } }
}

async function presentRegion(terminal: Terminal, slug: string, present: RegionFiles): Promise<PresentRegion> {
  const takenHosts = new Map<string, string>()
  for (const { region, draft } of await otherRegions(terminal, slug)) {
    const { hosts = [], jurisdictionHosts = {} } = draft?.region ?? {}
    for (const host of [...hosts, ...Object.keys(jurisdictionHosts)])
      takenHosts.set(host.toLowerCase(), region)
  }
  return {
    jurisdictions: loadJurisdictions(present),
    region: regionOf(present.get('region.yaml')),
    takenHosts,
  }
}

// The rest of the documents may have errors, or be written half-way.
function regionOf(text: string | undefined): RegionDocument | undefined {
  const document = parseDocument(text ?? '')
  const read = v.safeParse(regionDocument, document.errors.length > 0 ? undefined : document.toJS())
  return read.success ? read.output : undefined
}

async function otherRegions(terminal: Terminal, slug: string) {
  const { tenantsDir } = readEnvironment(terminal.env)
  const names = (await regionsIn(tenantsDir)).filter(name => name !== slug)
  return (await Promise.all(names.map(name => loadRegions(terminal, name)))).flat()
}

function snapped(
  drawn: BoundaryImport,
  { jurisdictions }: PresentRegion,
  snap: string | undefined,
): BoundaryImport {
  const meters = readSnap(snap)
  if (meters === undefined) return drawn
  return withSnapped(drawn, new Map(jurisdictions.map(own => [own.slug, own])), meters)
}

function previewLines({ rows, withoutRow }: MunicipalitiesPlan): string[] {
  const width = (text: (row: MunicipalityRow) => string) => Math.max(0, ...rows.map(row => text(row).length))
  const names = width(({ name }) => name)
  const slugs = width(({ slug }) => slug)
  return [
    ...rows.flatMap(({ line, name, slug, outcome, issues, squareMeters, repaired }) => [
      `${String(line).padStart(5)}  ${name.padEnd(names)}  ${slug.padEnd(slugs)}  ${outcome.padEnd(9)}${area(squareMeters)}`,
      ...repaired.map(what => `       repaired: ${what}`),
      ...issues.map(({ severity, code, column, detail }) => {
        const where = [column, detail && `"${detail}"`].filter(Boolean).join(' ')
        return `       ${severity}: ${where ? `${where}: ` : ''}${rowIssueTexts[code]}`
      }),
    ]),
    ...(withoutRow.length > 0 ? [`not in the table, and not taken: ${withoutRow.join(', ')}`] : []),
  ]
}

function area(squareMeters: number | undefined): string {
  return squareMeters === undefined ? '' : ` ${(squareMeters / 1e6).toFixed(2)} km²`
}

function summary(region: string, { rows }: MunicipalitiesPlan): string {
  const of = (outcome: MunicipalityRow['outcome']) => rows.filter(row => row.outcome === outcome).length
  return `${region}: ${count(rows.length, 'row')}: ${of('new')} new, ${of('changed')} changed, ${of('unchanged')} unchanged, ${of('refused')} refused`
}
