import type { ParseArgsOptionsConfig } from 'node:util'
import { problem } from '../core/problem.ts'

/** What a command touches of the world around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number
}

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly required?: boolean
  /** Stands for the value in the help, such as `R`. */
  readonly value?: string
  readonly help: string
}
export type Options = Readonly<Record<string, Option>>

type Value<O extends Option> = O extends { multiple: true }
  ? readonly string[]
  : O extends { type: 'string'; required: true }
    ? string
    : (O extends { type: 'string' } ? string : boolean) | undefined

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: Value<O[K]> }
  readonly operands: readonly string[]
}

/** What a command answers: lines for people, `json` with `--json`. */
export interface Report {
  readonly ok: boolean
  readonly lines: readonly string[]
  readonly json: unknown
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Names of the operands that it needs, such as `FILE`; one in brackets, the last, may be left out. */
  readonly operands: readonly string[]
  readonly options: Options
  readonly run: (terminal: Terminal, given: Given) => Promise<Report>
}

/** Arguments as parsed: every option that was given has the type declared for it. */
export interface Given {
  readonly options: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
}

/** Declares a command; what `run` is given follows from the options declared. */
export function command<const O extends Options>(
  declared: Omit<Command, 'run' | 'options' | 'operands'> & {
    readonly options: O
    readonly operands?: readonly string[]
    readonly run: (terminal: Terminal, given: Arguments<O>) => Promise<Report>
  },
): Command {
  return { operands: [], ...declared, run: declared.run as Command['run'] }
}

export function parseConfig(options: Options): ParseArgsOptionsConfig {
  const declared = Object.entries(options).map(
    ([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }] as const,
  )
  return { ...Object.fromEntries(declared), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }
}

/** What the command was given cannot be used: said without a stack, exit code 1. */
export function refuse(detail: string): Error {
  return problem('bad-request', { detail })
}
