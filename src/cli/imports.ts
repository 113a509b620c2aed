import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { stringify } from 'yaml'
import { boundaryFiles } from '../import/boundary-files.ts'
import { importServices } from '../import/catalogue.ts'
import { mergeCatalogue } from '../import/catalogue-files.ts'
import { readEnvironment } from '../platform/node/settings.ts'
import { readRegionFiles, readText, writeFiles } from '../platform/node/tenants.ts'
import { formatIssue, isError } from '../regions/documents/issue.ts'
import { loadRegion, type RegionFiles } from '../regions/documents/load.ts'
import { jurisdictionDocument, service } from '../regions/documents/schemas.ts'
import { command, refuse, type Terminal } from './command.ts'
import { count, readSlug } from './configuration.ts'

export const importBoundariesCommand = command({
  name: 'boundaries import',
  summary: "Split a county's GeoJSON file into one boundary for each jurisdiction",
  operands: ['FILE'],
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region to write to, in TENANTS_DIR' },
    'name-field': {
      type: 'string',
      required: true,
      value: 'F',
      help: "The property that holds a body's name",
    },
    kind: {
      type: 'string',
      value: 'K',
      help: 'Kind of new jurisdictions: county, municipality (default), special-district or agency',
    },
    only: {
      type: 'string',
      value: 'P=V',
      multiple: true,
      help: 'Only features with the value V in property P',
    },
    from: {
      type: 'string',
      value: 'DAY',
      help: 'First day of these boundaries. Earlier ones end there',
    },
    to: { type: 'string', value: 'DAY', help: 'First day without these boundaries' },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const { root, present } = await regionFolder(terminal, options.region)
    const { files, bodies, repaired, refused } = boundaryFiles(parse(file, await readText(file)), present, {
      nameField: options['name-field'],
      kind: readWith(jurisdictionDocument.entries.kind, options.kind ?? 'municipality', '--kind'),
      only: new Map((options.only ?? []).map(pair)),
      from: readWith(jurisdictionDocument.entries.from, options.from, '--from'),
      to: readWith(jurisdictionDocument.entries.to, options.to, '--to'),
    })
    await writeFiles(root, files)
    const written = bodies.map(({ name, slug, vertices, squareMeters }) => ({
      name,
      slug,
      vertices,
      squareMetres: squareMeters,
    }))
    return {
      ok: refused.length === 0,
      lines: [
        ...repaired.map(({ name, what }) => `repaired ${name}: ${what}`),
        ...refused.map(({ name, why, repair }) => `refused ${name}: ${why}. ${repair}.`),
        ...written.map(
          ({ slug, vertices }) => `wrote ${slug}/boundary.geojson (${count(vertices, 'vertex', 'vertices')})`,
        ),
        `${options.region}: ${count(written.length, 'boundary', 'boundaries')} written, ${refused.length} refused`,
      ],
      json: { region: options.region, written, repaired, refused },
    }
  },
})

export const importServicesCommand = command({
  name: 'services import',
  summary: 'Import Open311 services or a service definition from another system',
  operands: ['FILE'],
  options: {
    region: {
      type: 'string',
      value: 'R',
      help: "Add them to this region's services.yaml (default: print them)",
    },
    layers: { type: 'string', value: 'L,…', help: 'Who decides, in order (default: municipality)' },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const layers = (options.layers ?? 'municipality').split(',').map(layer => layer.trim())
    readWith(service.entries.layers, layers, '--layers')
    const imported = importServices(await readText(file), layers)
    const refusals = imported.refused.map(({ code, reasons }) => `refused ${code}: ${reasons.join('; ')}.`)
    const ok = imported.refused.length === 0
    const { services, refused } = imported
    const questions = Object.fromEntries(imported.questions)
    if (options.region === undefined) {
      for (const line of refusals) terminal.err(`${line}\n`)
      const found = services.length > 0 ? { services } : questions
      return {
        ok,
        lines: [stringify(found, { lineWidth: 100 }).trimEnd()],
        json: { services, questions, refused },
      }
    }
    const { root, present } = await regionFolder(terminal, options.region)
    const merged = mergeCatalogue(readable(options.region, present), imported)
    if (merged.unknown.length > 0) {
      throw refuse(
        `${options.region} has no service ${merged.unknown.join(', ')} for this definition. Import the services first.`,
      )
    }
    await writeFiles(root, new Map([['services.yaml', merged.text]]))
    const { added, kept, defined } = merged
    return {
      ok,
      lines: [
        ...refusals,
        ...(kept.length > 0 ? [`unchanged: ${kept.join(', ')}`] : []),
        ...defined.map(code => `${code}: ${count(imported.questions.get(code)?.length ?? 0, 'question')}`),
        `${options.region}: ${count(added.length, 'service')} added, ${kept.length} kept, ${refused.length} refused`,
      ],
      json: { region: options.region, added, kept, defined, refused },
    }
  },
})

async function regionFolder(
  terminal: Terminal,
  region: string,
): Promise<{ root: string; present: RegionFiles }> {
  const { tenantsDir } = readEnvironment(terminal.env)
  const root = join(tenantsDir, readSlug('--region', region))
  const present: RegionFiles = existsSync(root) ? await readRegionFiles(tenantsDir, region) : new Map()
  return { root, present }
}

/** The text of services.yaml. Undefined if there is none; throws `bad-request` if it has errors. */
function readable(region: string, present: RegionFiles): string | undefined {
  const file = 'services.yaml'
  const own = present.get(file)
  if (own === undefined) return undefined
  const issues = loadRegion(region, present).issues.filter(issue => issue.file === file && isError(issue))
  if (issues[0]) throw refuse(`${region}/${formatIssue(issues[0])}`)
  return own
}

function readWith<T extends v.GenericSchema>(schema: T, given: unknown, option: string): v.InferOutput<T> {
  const read = v.safeParse(schema, given)
  if (read.success) return read.output
  throw refuse(`${option} ${JSON.stringify(given)}: ${read.issues[0].message}.`)
}

function pair(written: string): [string, string] {
  const equals = written.indexOf('=')
  if (equals < 1) throw refuse(`--only "${written}" must be property=value.`)
  return [written.slice(0, equals), written.slice(equals + 1)]
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refuse(`${file} is not JSON: ${(error as Error).message}.`)
  }
}
