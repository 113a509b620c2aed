import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { stringify } from 'yaml'
import { readEnvironment } from '../platform/node/settings.ts'
import { readRegionFiles, readText, writeFiles } from '../platform/node/tenants.ts'
import { boundaryFiles } from '../regions/boundary-files.ts'
import { importServices } from '../regions/catalogue.ts'
import { mergeCatalogue } from '../regions/catalogue-files.ts'
import { jurisdictionDocument, service } from '../regions/documents.ts'
import { faultLine, isError } from '../regions/fault.ts'
import { loadRegion, type RegionFiles } from '../regions/load.ts'
import { command, refuse, type Terminal } from './command.ts'
import { count, readSlug } from './configuration.ts'

export const importBoundariesCommand = command({
  name: 'boundaries import',
  summary: "Take a county's GeoJSON apart into one boundary a jurisdiction",
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
      help: 'What new bodies are: county, municipality (default), special-district or agency',
    },
    only: { type: 'string', value: 'P=V', multiple: true, help: 'Only features whose property P is V' },
    from: {
      type: 'string',
      value: 'DAY',
      help: 'First day on which these boundaries hold; earlier ones end there',
    },
    to: { type: 'string', value: 'DAY', help: 'First day on which they no longer hold' },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const { root, present } = await regionFolder(terminal, options.region)
    const { files, bodies, mended, refused } = boundaryFiles(parse(file, await readText(file)), present, {
      nameField: options['name-field'],
      kind: readWith(jurisdictionDocument.entries.kind, options.kind ?? 'municipality', '--kind'),
      only: new Map((options.only ?? []).map(pair)),
      from: readWith(jurisdictionDocument.entries.from, options.from, '--from'),
      to: readWith(jurisdictionDocument.entries.to, options.to, '--to'),
    })
    await writeFiles(root, files)
    const written = bodies.map(({ name, slug, vertices, squareMetres }) => ({
      name,
      slug,
      vertices,
      squareMetres,
    }))
    return {
      ok: refused.length === 0,
      lines: [
        ...mended.map(({ name, what }) => `mended ${name}: ${what}`),
        ...refused.map(({ name, why, mend }) => `refused ${name}: ${why}. ${mend}.`),
        ...written.map(
          ({ slug, vertices }) => `wrote ${slug}/boundary.geojson (${count(vertices, 'vertex', 'vertices')})`,
        ),
        `${options.region}: ${count(written.length, 'boundary', 'boundaries')} written, ${refused.length} refused`,
      ],
      json: { region: options.region, written, mended, refused },
    }
  },
})

export const importServicesCommand = command({
  name: 'services import',
  summary: "Read another platform's Open311 services, or a service definition, into a catalogue",
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
        `${options.region} has no service ${merged.unknown.join(', ')} for the definition. Import the services first.`,
      )
    }
    await writeFiles(root, new Map([['services.yaml', merged.text]]))
    const { added, kept, defined } = merged
    return {
      ok,
      lines: [
        ...refusals,
        ...(kept.length > 0 ? [`kept as they were: ${kept.join(', ')}`] : []),
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

/** The text of services.yaml, if it is there and has no errors of its own. */
function readable(region: string, present: RegionFiles): string | undefined {
  const file = 'services.yaml'
  const own = present.get(file)
  if (own === undefined) return undefined
  const faults = loadRegion(region, present).faults.filter(fault => fault.file === file && isError(fault))
  if (faults[0]) throw refuse(`${region}/${faultLine(faults[0])}`)
  return own
}

function readWith<T extends v.GenericSchema>(schema: T, given: unknown, option: string): v.InferOutput<T> {
  const read = v.safeParse(schema, given)
  if (read.success) return read.output
  throw refuse(`${option} ${JSON.stringify(given)}: ${read.issues[0].message}.`)
}

function pair(written: string): [string, string] {
  const equals = written.indexOf('=')
  if (equals < 1) throw refuse(`--only "${written}" is no condition. Write property=value.`)
  return [written.slice(0, equals), written.slice(equals + 1)]
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refuse(`${file} is no JSON: ${(error as Error).message}.`)
  }
}
