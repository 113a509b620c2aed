import { traceMessages } from '../../src/routing/trace.ts'
import type { Resolution, TraceStep } from '../../src/routing/types.ts'

/** Who is accountable, who performs, who takes the contact. */
export function who({ accountable, performer, desk }: Resolution): string[] {
  return [accountable.id, performer.id, desk.id]
}

export function ids(list: readonly { readonly id: string }[]): string[] {
  return list.map(({ id }) => id)
}

/** A step of the trace in English. */
export function said({ code, params }: Pick<TraceStep, 'code' | 'params'>): string {
  return Object.entries(params).reduce<string>(
    (text, [name, value]) => text.replaceAll(`{${name}}`, String(value)),
    traceMessages[code],
  )
}

export function story({ trace }: Resolution): string[] {
  return trace.map(said)
}
