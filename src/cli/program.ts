import { type CommanderError, InvalidArgumentError, Option, Command as Parser } from 'commander'
import type { Command, Option as DeclaredOption, Given, Terminal } from './command.ts'

const groups: Readonly<Record<string, string>> = {
  administrators: 'Administrators of a region',
  audit: 'The audit log of a jurisdiction',
  backup: 'Backups of a deployment',
  boundaries: 'Boundaries of jurisdictions',
  databases: 'Database files',
  grants: 'Access of staff to a jurisdiction',
  hosts: 'Host names of a region',
  keys: 'API keys of a jurisdiction, and encryption keys',
  places: 'Addresses, streets and common places',
  'public-index': 'The shared map and list of a region',
  services: 'The catalogue of services',
  staff: 'Sign-in of staff members',
}

export class UsageError extends Error {
  readonly command: string

  constructor(command: string, reason: string) {
    super(`${reason}. See ${command} --help.`)
    this.command = command
  }
}

/**
 * The parser of the command line. It throws `UsageError`, or commander's own error after it has printed help.
 */
export function parserFor(
  commands: readonly Command[],
  terminal: Terminal,
  run: (chosen: Command, given: Given) => Promise<void>,
): Parser {
  const root = new Parser('countyline')
    .usage('COMMAND [options]')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand(false)
    .exitOverride(refuseAs('countyline'))
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => {} })
    .configureHelp({
      visibleCommands: parser => commandsBelow(parser),
      subcommandTerm: parser => [...ancestors(parser), parser.name()].join(' '),
    })
    .addHelpText('after', '\nRun countyline COMMAND --help for details.')
  for (const command of commands) {
    const [name = '', ...above] = command.name.split(' ').reverse()
    const leaf = above.reverse().reduce(groupIn, root).command(name)
    declare(leaf.exitOverride(refuseAs(`countyline ${command.name}`)), command, run)
  }
  return root
}

function groupIn(parent: Parser, name: string): Parser {
  const known = parent.commands.find(group => group.name() === name)
  return (
    known ??
    parent
      .command(name)
      .summary(groups[name] ?? '')
      .description(`${groups[name]}.`)
      .usage('COMMAND [options]')
      .exitOverride(refuseAs(`countyline ${name}`))
  )
}

function declare(
  parser: Parser,
  command: Command,
  run: (chosen: Command, given: Given) => Promise<void>,
): void {
  const json = { type: 'boolean', help: 'Print JSON' } as const
  parser.summary(command.summary).description(`${command.summary}.`)
  for (const operand of command.operands) parser.argument(operand.startsWith('[') ? operand : `<${operand}>`)
  const declared = Object.entries<DeclaredOption>({ ...command.options, json }).map(([name, words]) => {
    const option = optionOf(name, words)
    parser.addOption(option)
    return { name, option, isRequired: words.required === true }
  })
  parser.action(() => {
    const values = parser.opts()
    // Commander would say this before it names an unknown option, which may be the same one mistyped.
    const missing = declared.find(
      ({ option, isRequired }) => isRequired && values[option.attributeName()] === undefined,
    )
    if (missing !== undefined) parser.error(`required option '${missing.option.flags}' is missing`)
    const options = declared.map(({ name, option }) => [name, values[option.attributeName()]] as const)
    return run(command, { options: Object.fromEntries(options), operands: parser.args })
  })
}

function optionOf(name: string, { type, value, help, required, multiple, bare }: DeclaredOption): Option {
  const hint = `${required ? ' (required)' : ''}${multiple ? ' (may be repeated)' : ''}`
  if (type === 'boolean') return new Option(`--${name}`, help)
  const option = new Option(`--${name} ${bare ? `[${value}]` : `<${value}>`}`, `${help}${hint}`)
  return multiple ? option.argParser(append) : option.argParser(optionValue)
}

// Commander takes whatever follows as the value, also another option.
function optionValue(value: string): string {
  if (value.startsWith('--')) throw new InvalidArgumentError('It is another option.')
  return value
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, optionValue(value)]
}

function refuseAs(path: string) {
  return (error: CommanderError): never => {
    const isHelp = error.code === 'commander.help' || error.code === 'commander.helpDisplayed'
    if (isHelp) throw error
    const reason = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
    throw new UsageError(path, reason.replace(/\.$/, ''))
  }
}

function commandsBelow(parser: Parser): Parser[] {
  return parser.commands.flatMap(below => (below.commands.length > 0 ? commandsBelow(below) : [below]))
}

function ancestors(parser: Parser): string[] {
  const { parent } = parser
  return parent === null || parent.parent === null ? [] : [...ancestors(parent), parent.name()]
}
