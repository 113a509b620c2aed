import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrations } from '../platform/node/migrations.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { readRegionFiles, removeFiles, writeFiles } from '../platform/node-tenants.ts'
import { storedRegions } from '../regions/apply.ts'
import { exportRegion } from '../regions/export.ts'
import { hashDocuments } from '../regions/hash.ts'
import { isDocument, loadRegion, type RegionFiles } from '../regions/load.ts'
import { command, type Report, refuse } from './command.ts'
import {
  appliedSnapshot,
  asOption,
  count,
  operatorOf,
  orNothingYet,
  readSlug,
  withPlatform,
} from './configuration.ts'
import { exportJurisdiction } from './export-jurisdiction.ts'
import { importJurisdiction } from './import-jurisdiction.ts'

export const exportCommand = command({
  name: 'export',
  summary: 'Write the configuration in force back as files, or all that a jurisdiction keeps',
  operands: ['[JURISDICTION]'],
  options: {
    region: { type: 'string', value: 'R', help: 'Only this region (default: all that are applied)' },
    to: { type: 'string', value: 'DIR', help: 'Where to write (configuration: TENANTS_DIR if absent)' },
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
      if (region === undefined || others.length > 0) throw refuse('Name its region: --region R.')
      if (options.to === undefined) throw refuse('Name the folder to write to: --to DIR.')
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
    // Files that say the same keep their comments and their layout.
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
  if (written.length + removed.length === 0) return `${region}: the files already say version ${version}`
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
  const said = await exportJurisdiction(platform, region, jurisdiction, folder, operator)
  const { files, missing, name } = said
  const rows = files.reduce((sum, file) => sum + (file.rows ?? 0), 0)
  const photos = files.filter(({ path }) => path.startsWith('media/')).length
  return {
    ok: missing.length === 0,
    lines: [
      `${name}: ${count(rows, 'row')} and ${count(photos, 'photo')} written to ${folder}`,
      ...(missing.length > 0
        ? [`The files of ${count(missing.length, 'photo')} are missing: ${missing.join(', ')}`]
        : []),
    ],
    json: said,
  }
}

export const importCommand = command({
  name: 'import',
  summary: 'Take the export of a jurisdiction into an empty deployment; may be stopped and run again',
  operands: ['DIR'],
  options: {},
  run: (terminal, { operands: [folder = ''] }) =>
    withPlatform(terminal, async platform => {
      const { manifest, changed, leaves } = await importJurisdiction(platform, readMigrations(), folder)
      const { name, region, jurisdiction, exportedAt } = manifest
      return {
        ok: true,
        lines: [
          `${name}: ${changed ? 'imported' : 'had been imported'}, as of ${exportedAt}`,
          ...(leaves === null
            ? []
            : [
                `Its document says that it leaves on ${leaves}. To work on its cases here, take "to" out and apply.`,
              ]),
        ],
        json: { region, jurisdiction, changed, exportedAt, leaves },
      }
    }),
})
