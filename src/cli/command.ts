import { problem } from '../core/problem.ts'

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
  readonly value?: string
  /** May be given without its value: then it is `true`. */
  readonly bare?: boolean
  readonly help: string
}
export type Options = Readonly<Record<string, Option>>

type Value<O extends Option> = O extends { multiple: true }
  ? readonly string[]
  : O extends { type: 'string'; required: true }
    ? string
    : (O extends { bare: true } ? string | true : O extends { type: 'string' } ? string : boolean) | undefined

export interface Arguments<O extends Options> {
  readonly options: { readonly [K in keyof O]: Value<O[K]> }
  readonly operands: readonly string[]
}

export interface Report {
  readonly ok: boolean
  /** Where neither 0 nor 1 says it, for scripts. */
  readonly exitCode?: number
  readonly lines: readonly string[]
  readonly json: unknown
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly operands: readonly string[]
  readonly options: Options
  readonly run: (terminal: Terminal, given: Given) => Promise<Report>
}

export interface Given {
  readonly options: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
}

/** Declares a command; the type of `run`'s arguments follows from the declared options. */
export function command<const O extends Options>(
  declared: Omit<Command, 'run' | 'options' | 'operands'> & {
    readonly options: O
    readonly operands?: readonly string[]
    readonly run: (terminal: Terminal, given: Arguments<O>) => Promise<Report>
  },
): Command {
  return { operands: [], ...declared, run: declared.run as Command['run'] }
}

/** For unusable input: printed without a stack trace, exit code 1. */
export function refuse(detail: string): Error {
  return problem('bad-request', { detail })
}
