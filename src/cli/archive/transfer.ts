import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrations } from '../../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { readRegionFiles, removeFiles, writeFiles } from '../../platform/node/tenants.ts'
import { exportRegion } from '../../regions/documents/export.ts'
import { hashDocuments } from '../../regions/documents/hash.ts'
import { isDocument, loadRegion, type RegionFiles } from '../../regions/documents/load.ts'
import { storedRegions } from '../../regions/versions/apply.ts'
import { command, type Report, refuse } from '../command.ts'
import {
  appliedSnapshot,
  asOption,
  count,
  operatorOf,
  orNothingYet,
  readSlug,
  withPlatform,
} from '../configuration.ts'

export const exportCommand = command({
  name: 'export',
  summary: 'Export the current configuration as files, or all data of a jurisdiction',
  operands: ['[JURISDICTION]'],
  options: {
    region: { type: 'string', value: 'R', help: 'Only this region (default: all applied regions)' },
    to: { type: 'string', value: 'DIR', help: 'Folder to write to (default for configuration: TENANTS_DIR)' },
    as: asOption,
  },
  run: (terminal, { options, operands: [jurisdiction] }) =>
    withPlatform(terminal, async (platform, { tenantsDir }) => {
      const regions =
        options.region === undefined
          ? await orNothingYet(() => storedRegions(platform), [])
          : [readSlug('--region', options.region)]
      if (jurisdiction === undefined) return exportDocuments(platform, regions, options.to ?? tenantsDir)
      const [region, ...others] = regions
      if (region === undefined || others.length > 0) throw refuse('Add its region: --region R.')
      if (options.to === undefined) throw refuse('Add the folder to write to: --to DIR.')
      return exportData(platform, region, jurisdiction, options.to, operatorOf(options.as))
    }),
})

async function exportDocuments(
  platform: NodePlatform,
  regions: readonly string[],
  directory: string,
): Promise<Report> {
  const json: { region: string; version: number; written: string[]; removed: string[] }[] = []
  for (const region of regions) {
    const snapshot = await appliedSnapshot(platform, region)
    if (!snapshot) throw refuse(`No region "${region}" has been applied.`)
    const folder = join(directory, region)
    const before: RegionFiles = existsSync(folder) ? await readRegionFiles(directory, region) : new Map()
    const { documents: present } = loadRegion(region, before)
    // Files with the same content keep their comments and layout.
    const same = present !== undefined && (await hashDocuments(present)) === snapshot.hash
    const files = same ? new Map<string, string>() : exportRegion(snapshot.documents)
    const removed = same ? [] : [...before.keys()].filter(file => isDocument(file) && !files.has(file))
    await writeFiles(folder, files)
    await removeFiles(folder, removed)
    json.push({ region, version: snapshot.version, written: [...files.keys()], removed })
  }
  return { ok: true, lines: json.map(exportLine), json }
}

function exportLine(done: { region: string; version: number; written: string[]; removed: string[] }): string {
  const { region, version, written, removed } = done
  if (written.length + removed.length === 0) return `${region}: the files are already at version ${version}`
  const gone = removed.length > 0 ? `, removed ${removed.join(', ')}` : ''
  return `${region}: version ${version} written to ${written.length} files${gone}`
}

async function exportData(
  platform: NodePlatform,
  region: string,
  jurisdiction: string,
  folder: string,
  operator: string,
): Promise<Report> {
  // Loaded late, here and below: it takes the whole app to know the tables of all capabilities.
  const { exportJurisdiction } = await import('./export-jurisdiction.ts')
  const exported = await exportJurisdiction(platform, region, jurisdiction, folder, operator)
  const { files, missing, name, fingerprint } = exported
  const rows = files.reduce((sum, file) => sum + (file.rows ?? 0), 0)
  const photos = files.filter(({ path }) => path.startsWith('media/')).length
  return {
    ok: missing.length === 0,
    lines: [
      `${name}: ${count(rows, 'row')} and ${count(photos, 'photo')} written to ${folder}`,
      `Signed. Give this fingerprint to the person who imports, separately from the files: ${fingerprint}`,
      ...(missing.length > 0
        ? [`The files of ${count(missing.length, 'photo')} are missing: ${missing.join(', ')}`]
        : []),
    ],
    json: exported,
  }
}

export const importCommand = command({
  name: 'import',
  summary: 'Import the export of a jurisdiction into an empty deployment; can be interrupted and run again',
  operands: ['DIR'],
  options: {
    fingerprint: {
      type: 'string',
      value: 'F',
      help: 'The fingerprint that the export printed (SHA256:…)',
    },
    as: asOption,
  },
  run: (terminal, { options, operands: [folder = ''] }) =>
    withPlatform(terminal, async platform => {
      const { fingerprint } = options
      if (fingerprint === undefined)
        throw refuse(
          'Name the deployment that signed it: --fingerprint SHA256:…. The export printed it; ask the person who ran it.',
        )
      const from = { folder, fingerprint, operator: operatorOf(options.as) }
      const { importJurisdiction } = await import('./import-jurisdiction.ts')
      const done = await importJurisdiction(platform, readMigrations(), from)
      const { manifest, changed, leaves, ended, broken } = done
      const { name, region, jurisdiction, exportedAt } = manifest
      return {
        ok: broken === null,
        lines: [
          `${name}: ${changed ? 'imported' : 'was already imported'}, as of ${exportedAt}`,
          `${count(ended.grants, 'grant')} and ${count(ended.keys, 'key or client', 'keys and clients')} no longer work here. Create new ones with countyline grants create and keys create.`,
          ...(broken === null
            ? []
            : [
                'Its logs do not match their seals. Run countyline audit verify, and ask the person who exported it.',
              ]),
          ...(leaves === null
            ? []
            : [
                `Its document says that it leaves on ${leaves}. To work on its requests here, remove "to" and apply.`,
              ]),
        ],
        json: { region, jurisdiction, changed, exportedAt, leaves, ended, broken },
      }
    }),
})
