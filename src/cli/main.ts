import { parseArgs } from 'node:util'
import { asProblem } from '../core/problem.ts'
import { addAdministratorCommand } from './administrators.ts'
import { auditVerify } from './audit.ts'
import { type Command, parseConfig, type Report, type Terminal } from './command.ts'
import { migrate } from './database.ts'
import { apply, plan, validate } from './documents.ts'
import { createGrantCommand, endGrantCommand, listGrantsCommand } from './grants.ts'
import { importBoundariesCommand, importServicesCommand } from './imports.ts'
import { jobs } from './jobs.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './keys.ts'
import { rotateKeysCommand } from './rotate-keys.ts'
import { route } from './route.ts'
import { endStaffSessionsCommand, staffLinkCommand } from './staff.ts'
import { exportCommand, importCommand } from './transfer.ts'

const commands: readonly Command[] = [
  validate,
  plan,
  apply,
  exportCommand,
  importCommand,
  route,
  importBoundariesCommand,
  importServicesCommand,
  createKeyCommand,
  rotateKeysCommand,
  listKeysCommand,
  revokeKeyCommand,
  createGrantCommand,
  listGrantsCommand,
  endGrantCommand,
  addAdministratorCommand,
  staffLinkCommand,
  endStaffSessionsCommand,
  migrate,
  jobs,
  auditVerify,
]

/**
 * Runs `countyline` with these arguments and answers its exit code: 0 done, 1 failed (the reason is on the
 * error stream, or in the answer's faults), 2 not understood.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const chosen = commands.find(({ name }) => name.split(' ').every((word, index) => argv[index] === word))
  if (!chosen) {
    const isHelp = (word: string | undefined) => word === '--help' || word === '-h'
    const isGroup = commands.some(({ name }) => name.startsWith(`${argv[0]} `)) && isHelp(argv[1])
    const asked = argv.length === 0 || isHelp(argv[0]) || isGroup
    if (!asked)
      terminal.err(
        `There is no command "${argv
          .filter(word => !word.startsWith('-'))
          .slice(0, 2)
          .join(' ')}".\n\n`,
      )
    const print = asked ? terminal.out : terminal.err
    print(overview())
    return asked && argv.length > 0 ? 0 : 2
  }
  try {
    const { values, operands } = read(chosen, argv.slice(chosen.name.split(' ').length))
    if (values.help === true) {
      terminal.out(help(chosen))
      return 0
    }
    check(chosen, values, operands)
    const report = await chosen.run(terminal, { options: values, operands })
    terminal.out(values.json === true ? `${JSON.stringify(report.json, null, 2)}\n` : text(report))
    return report.ok ? 0 : 1
  } catch (error) {
    const { message, code } = failure(error)
    if (argv.includes('--json')) terminal.out(`${JSON.stringify({ error: message })}\n`)
    terminal.err(`countyline ${chosen.name}: ${message}\n`)
    return code
  }
}

class UsageError extends Error {}

function read(chosen: Command, args: readonly string[]) {
  try {
    const config = {
      args: joined(chosen, args),
      options: parseConfig(chosen.options),
      allowPositionals: true,
    } as const
    const { values, positionals } = parseArgs(config)
    return { values, operands: positionals }
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See countyline ${chosen.name} --help.`)
  }
}

/** A value such as `-33.9,151.2` begins like an option: it is joined to the option that it belongs to. */
function joined({ options }: Command, args: readonly string[]): string[] {
  const values: string[] = []
  for (const arg of args) {
    const option = values.at(-1) ?? ''
    const takesValue = option.startsWith('--') && options[option.slice(2)]?.type === 'string'
    if (takesValue && /^-[\d.]/.test(arg)) values.push(`${values.pop()}=${arg}`)
    else values.push(arg)
  }
  return values
}

function check(chosen: Command, values: Readonly<Record<string, unknown>>, operands: readonly string[]) {
  const see = `See countyline ${chosen.name} --help.`
  for (const [name, option] of Object.entries(chosen.options)) {
    if (option.required && values[name] === undefined) throw new UsageError(`--${name} is missing. ${see}`)
  }
  const [wanted, given] = [chosen.operands.length, operands.length]
  const needed = chosen.operands.filter(operand => !operand.startsWith('[')).length
  if (given < needed) throw new UsageError(`${chosen.operands[given]} is missing. ${see}`)
  if (given > wanted) throw new UsageError(`"${operands[wanted]}" is not understood here. ${see}`)
}

function failure(error: unknown): { message: string; code: number } {
  if (error instanceof UsageError) return { message: error.message, code: 2 }
  const { detail, title, cause } = asProblem(error)
  const reason = cause instanceof Error ? ` (${cause.message})` : ''
  return { message: detail ?? `${title}${reason}`, code: 1 }
}

function text({ lines }: Report): string {
  return lines.map(line => `${line}\n`).join('')
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'Usage: countyline COMMAND [options]',
    '',
    ...rows,
    '',
    'countyline COMMAND --help tells more.',
    '',
  ].join('\n')
}

function help({ name, summary, operands, options }: Command): string {
  const all = {
    ...options,
    json: { type: 'boolean', help: 'Answer in JSON' },
    help: { type: 'boolean', help: 'Show this' },
  } satisfies Command['options']
  const rows = Object.entries(all).map(([key, option]: [string, Command['options'][string]]) => ({
    left: `--${key}${option.value ? ` ${option.value}` : ''}`,
    right: `${option.help}${option.required ? ' (required)' : ''}${option.multiple ? ' (may be repeated)' : ''}`,
  }))
  const width = Math.max(...rows.map(row => row.left.length))
  const lines = rows.map(row => `  ${row.left.padEnd(width)}  ${row.right}`)
  return [
    `Usage: ${['countyline', name, ...operands, '[options]'].join(' ')}`,
    '',
    `${summary}.`,
    '',
    ...lines,
    '',
  ].join('\n')
}
