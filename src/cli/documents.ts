import { readRegionFiles, regionsIn } from '../platform/node-tenants.ts'
import { type Fault, faultLine, isError } from '../regions/fault.ts'
import { loadRegion } from '../regions/load.ts'
import { command, type Terminal } from './command.ts'

const region = { type: 'string', value: 'R', help: 'Only this region (default: all in TENANTS_DIR)' } as const

export const validate = command({
  name: 'validate',
  summary: 'Check the documents of regions, and say what to mend',
  options: { region },
  run: async (terminal, { options }) => {
    const checked = await Promise.all(
      (await chosenRegions(terminal, options.region)).map(async slug => {
        const { faults } = loadRegion(slug, await readRegionFiles(tenantsDirectory(terminal), slug))
        return { region: slug, ok: !faults.some(isError), faults }
      }),
    )
    return {
      ok: checked.every(({ ok }) => ok),
      lines: checked.flatMap(({ region, faults }) => verdict(region, faults)),
      json: checked,
    }
  },
})

export function tenantsDirectory({ env }: Terminal): string {
  return env.TENANTS_DIR || 'tenants'
}

export async function chosenRegions(
  terminal: Terminal,
  region: string | undefined,
): Promise<readonly string[]> {
  return region === undefined ? regionsIn(tenantsDirectory(terminal)) : [region]
}

/** Faults shown of one file; a GIS export can have the same one ten thousand times. */
const SHOWN = 20

export function verdict(region: string, faults: readonly Fault[]): string[] {
  const lines = [...new Set(faults.map(({ file }) => file))].flatMap(file => {
    const inFile = faults.filter(fault => fault.file === file)
    const shown = inFile.slice(0, SHOWN).map(fault => `${region}/${faultLine(fault)}`)
    const more = inFile.length - shown.length
    return more > 0 ? [...shown, `${region}/${file}: and ${more} more`] : shown
  })
  const errors = faults.filter(isError).length
  const warnings = faults.length - errors
  const verdict = errors > 0 ? 'refused' : 'valid'
  return [...lines, `${region}: ${verdict} (${count(errors, 'error')}, ${count(warnings, 'warning')})`]
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
