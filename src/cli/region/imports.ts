import * as v from 'valibot'
import { stringify } from 'yaml'
import { areaFiles } from '../../import/area-files.ts'
import { type GuessedName, NAMES_FILE } from '../../import/boundaries/names.ts'
import { boundaryFiles } from '../../import/boundary-files.ts'
import { importServices } from '../../import/catalogue.ts'
import { mergeCatalogue, withPartnerCodes } from '../../import/catalogue-files.ts'
import { declaredText } from '../../import/declared-text.ts'
import { readBytes, writeFiles } from '../../platform/node/tenants.ts'
import { formatIssue, isError } from '../../regions/documents/issue.ts'
import { loadRegion, type RegionFiles } from '../../regions/documents/load.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { service } from '../../regions/documents/schemas/services.ts'
import { command, refuse } from '../command.ts'
import { count } from '../configuration.ts'
import { readBoundaries, sourceLines } from '../import/boundary-source.ts'
import { pair, readSnap, readWith, regionFolder } from '../import/options.ts'

export const importBoundariesCommand = command({
  name: 'boundaries import',
  summary: "Split a county's GeoJSON, TopoJSON, KML or shapefile into one boundary for each jurisdiction",
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
    'body-field': {
      type: 'string',
      value: 'F',
      help: 'The property that tells bodies of one name apart, such as their kind or code',
    },
    only: {
      type: 'string',
      value: 'P=V',
      multiple: true,
      help: 'Only features with the value V in property P',
    },
    snap: {
      type: 'string',
      value: 'M',
      help: 'Move boundaries within so many meters of a neighbor onto it (default: as drawn; validate warns)',
    },
    member: { type: 'string', value: 'PATH', help: 'The file or object to read, where there are several' },
    crs: { type: 'string', value: 'CRS', help: 'Coordinate system, where the file does not say: EPSG:2249' },
    from: {
      type: 'string',
      value: 'DAY',
      help: 'First day of these boundaries. Earlier ones end there',
    },
    to: { type: 'string', value: 'DAY', help: 'First day without these boundaries' },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const { root, present } = await regionFolder(terminal, options.region)
    const source = await readBoundaries(file, present, options)
    const imported = boundaryFiles(source.value, present, {
      nameField: options['name-field'],
      bodyField: options['body-field'],
      snap: readSnap(options.snap),
      kind: readWith(jurisdictionDocument.entries.kind, options.kind ?? 'municipality', '--kind'),
      only: new Map((options.only ?? []).map(pair)),
      from: readWith(jurisdictionDocument.entries.from, options.from, '--from'),
      to: readWith(jurisdictionDocument.entries.to, options.to, '--to'),
    })
    const { files, bodies, repaired, warnings, refused, replaced, guessed, renamed } = imported
    await writeFiles(root, files)
    const written = bodies
      .filter(({ slug }) => files.has(`${slug}/boundary.geojson`))
      .map(({ name, slug, vertices, squareMeters }) => ({
        name,
        slug,
        vertices,
        squareMetres: squareMeters,
        replaced: replaced.has(slug),
      }))
    return {
      ok: refused.length === 0,
      lines: [
        ...sourceLines(source),
        ...repaired.map(({ name, what }) => `repaired ${name}: ${what}`),
        ...warnings.map(({ name, what }) => `warning ${name}: ${what}.`),
        ...refused.map(({ name, why, repair }) => `refused ${name}: ${why}. ${repair}.`),
        ...written.map(
          ({ slug, vertices, replaced }) =>
            `${replaced ? 'replaced' : 'wrote'} ${slug}/boundary.geojson (${count(vertices, 'vertex', 'vertices')})`,
        ),
        ...renamed.map(({ slug, from, to }) => `renamed ${slug}: ${from} → ${to}`),
        ...guessedLines(options.region, guessed),
        `${options.region}: ${count(written.length, 'boundary', 'boundaries')} written${replaced.size > 0 ? ` (${replaced.size} replaced)` : ''}, ${refused.length} refused`,
      ],
      json: {
        region: options.region,
        source: { ...source, value: undefined },
        written,
        repaired,
        warnings,
        refused,
        guessed,
        renamed,
      },
    }
  },
})

export const importAreasCommand = command({
  name: 'areas import',
  summary:
    'Import postal cities, or areas that agreements name, from GeoJSON, TopoJSON, KML or a shapefile into areas.geojson',
  operands: ['FILE'],
  options: {
    region: { type: 'string', required: true, value: 'R', help: 'The region to write to, in TENANTS_DIR' },
    'name-field': {
      type: 'string',
      required: true,
      value: 'F',
      help: "The property that holds an area's name",
    },
    kind: { type: 'string', value: 'K', help: 'postal (default) or agreement' },
    only: {
      type: 'string',
      value: 'P=V',
      multiple: true,
      help: 'Only features with the value V in property P',
    },
    member: { type: 'string', value: 'PATH', help: 'The file or object to read, where there are several' },
    crs: { type: 'string', value: 'CRS', help: 'Coordinate system, where the file does not say: EPSG:2249' },
    from: {
      type: 'string',
      value: 'DAY',
      help: 'First day of these areas. Earlier ones of their names end there',
    },
    to: { type: 'string', value: 'DAY', help: 'First day without these areas' },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const { root, present } = await regionFolder(terminal, options.region)
    const source = await readBoundaries(file, present, options)
    const { files, bodies, repaired, warnings, refused } = areaFiles(source.value, present, {
      nameField: options['name-field'],
      kind: readWith(
        v.picklist(['postal', 'agreement'], 'use postal or agreement'),
        options.kind ?? 'postal',
        '--kind',
      ),
      only: new Map((options.only ?? []).map(pair)),
      from: readWith(jurisdictionDocument.entries.from, options.from, '--from'),
      to: readWith(jurisdictionDocument.entries.to, options.to, '--to'),
    })
    await writeFiles(root, files)
    return {
      ok: refused.length === 0,
      lines: [
        ...sourceLines(source),
        ...repaired.map(({ name, what }) => `repaired ${name}: ${what}`),
        ...warnings.map(({ name, what }) => `warning ${name}: ${what}.`),
        ...refused.map(({ name, why, repair }) => `refused ${name}: ${why}. ${repair}.`),
        `${options.region}: ${count(bodies.length, 'area')} written to areas.geojson, ${refused.length} refused`,
      ],
      json: {
        region: options.region,
        source: { ...source, value: undefined },
        written: bodies.map(({ name, slug }) => ({ name, id: slug })),
        repaired,
        warnings,
        refused,
      },
    }
  },
})

function guessedLines(region: string, guessed: readonly GuessedName[]): string[] {
  if (guessed.length === 0) return []
  const doubtful = guessed.filter(({ isDoubtful }) => isDoubtful)
  return [
    ...doubtful.map(({ written, name }) => `guessed ${written}: ${name}?`),
    `${count(guessed.length, 'name')} in capitals guessed. Correct them in ${region}/${NAMES_FILE}, and import again.`,
  ]
}

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
    partner: {
      type: 'string',
      value: 'ID',
      help: 'The partner whose services they are: codes that had to be changed are mapped to its own in region.yaml',
    },
  },
  run: async (terminal, { options, operands: [file = ''] }) => {
    const layers = (options.layers ?? 'municipality').split(',').map(layer => layer.trim())
    readWith(service.entries.layers, layers, '--layers')
    const imported = importServices(declaredText(await readBytes(file)), layers)
    const refusals = imported.refused.map(({ code, reasons }) => `refused ${code}: ${reasons.join('; ')}.`)
    const ok = imported.refused.length === 0
    const { services, refused } = imported
    const codes = services.flatMap(({ code, externalCode }) =>
      externalCode === undefined ? [] : [{ theirs: externalCode, code }],
    )
    const made = codes.map(({ theirs, code }) => `code ${theirs}: ${code}`)
    const questions = Object.fromEntries(imported.questions)
    if (options.region === undefined) {
      for (const line of [...made, ...refusals]) terminal.err(`${line}\n`)
      const found = services.length > 0 ? { services } : questions
      return {
        ok,
        lines: [stringify(found, { lineWidth: 100 }).trimEnd()],
        json: { services, questions, codes, refused },
      }
    }
    const { root, present } = await regionFolder(terminal, options.region)
    const merged = mergeCatalogue(readable(options.region, present), imported)
    if (merged.unknown.length > 0) {
      throw refuse(
        `${options.region} has no service ${merged.unknown.join(', ')} for this definition. Import the services first.`,
      )
    }
    const files = new Map([['services.yaml', merged.text]])
    if (options.partner !== undefined) {
      const mapped = withPartnerCodes(present.get('region.yaml') ?? '', options.partner, services)
      if (mapped === undefined)
        throw refuse(`${options.region} has no partner "${options.partner}" with open311.`)
      files.set('region.yaml', mapped)
    }
    await writeFiles(root, files)
    const { added, kept, defined } = merged
    return {
      ok,
      lines: [
        ...made,
        ...refusals,
        ...(kept.length > 0 ? [`unchanged: ${kept.join(', ')}`] : []),
        ...defined.map(code => `${code}: ${count(imported.questions.get(code)?.length ?? 0, 'question')}`),
        `${options.region}: ${count(added.length, 'service')} added, ${kept.length} kept, ${refused.length} refused`,
      ],
      json: { region: options.region, added, kept, defined, codes, refused },
    }
  },
})

/** The text of services.yaml. Undefined if there is none; throws `bad-request` if it has errors. */
function readable(region: string, present: RegionFiles): string | undefined {
  const file = 'services.yaml'
  const own = present.get(file)
  if (own === undefined) return undefined
  const issues = loadRegion(region, present).issues.filter(issue => issue.file === file && isError(issue))
  if (issues[0]) throw refuse(`${region}/${formatIssue(issues[0])}`)
  return own
}
