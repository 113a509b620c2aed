import type { Option, Command as Parser } from 'commander'
import { type Command, command, refuse, type Terminal } from './command.ts'

/* The scripts contain every word, so that completing does not start the program. */

export function completionCommand(parserOf: (terminal: Terminal) => Parser): Command {
  return command({
    name: 'completion',
    summary: 'Print a script that completes commands and options in your shell',
    operands: ['bash|zsh|fish'],
    options: {},
    run: async (terminal, { operands: [shell = ''] }) => {
      const script = scripts.get(shell)?.(nodesOf(parserOf(terminal)))
      if (script === undefined) throw refuse(`There is no script for "${shell}". Choose bash, zsh or fish.`)
      return { ok: true, lines: [script], json: { shell, script } }
    },
  })
}

interface Node {
  readonly path: string
  readonly below: readonly Parser[]
  readonly options: readonly Option[]
}

function nodesOf(parser: Parser, path = ''): Node[] {
  const node = { path, below: parser.commands, options: parser.createHelp().visibleOptions(parser) }
  return [node, ...node.below.flatMap(child => nodesOf(child, `${path} ${child.name()}`.trim()))]
}

const scripts: ReadonlyMap<string, (nodes: readonly Node[]) => string> = new Map([
  ['bash', bash],
  ['zsh', nodes => `autoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`],
  ['fish', fish],
])

function bash(nodes: readonly Node[]): string {
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : `'${path}'`))
  const cases = nodes.map(({ path, below, options }) => {
    const flags = options.map(({ long }) => long).join(' ')
    return `'${path}') words='${below.map(child => child.name()).join(' ')}' flags='${flags}' ;;`
  })
  return `_countyline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' flags='' word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "\${path:+$path }$word" in
      ${paths.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
    ${cases.join('\n    ')}
  esac
  [[ "$current" == -* ]] && words="$flags"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _countyline countyline`
}

function fish(nodes: readonly Node[]): string {
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : `'${path}'`))
  const words = nodes.flatMap(({ path, below, options }) => {
    const at = `complete -c countyline -n '__countyline_at "${path}"'`
    return [
      ...below.map(child => `${at} -f -a ${child.name()} -d ${quoted(child.summary())}`),
      ...options.map(({ long = '', required, description }) => {
        const value = required ? ' -r' : ''
        return `${at} -l ${long.slice(2)}${value} -d ${quoted(description)}`
      }),
    ]
  })
  return `function __countyline_at
    set -l path
    for word in (commandline -opc)[2..]
        contains -- "$(string join -- ' ' $path $word)" ${paths.join(' ')}; and set -a path $word
    end
    test "$path" = "$argv[1]"
end
${words.join('\n')}`
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
