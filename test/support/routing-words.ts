import { traceMessages } from '../../src/routing/trace.ts'
import type { Resolution, TraceStep } from '../../src/routing/types.ts'

export function who({ accountable, performer, desk }: Resolution): string[] {
  return [accountable.id, performer.id, desk.id]
}

export function ids(list: readonly { readonly id: string }[]): string[] {
  return list.map(({ id }) => id)
}

/** A step of the trace in English. */
export function said({ code, params }: Pick<TraceStep, 'code' | 'params'>): string {
  const { metres: meters } = params
  const all = { ...params, ...(meters !== undefined && { distance: `${meters} m` }) }
  return Object.entries(all).reduce<string>(
    (text, [name, value]) => text.replaceAll(`{${name}}`, String(value)),
    traceMessages[code],
  )
}

export function story({ trace }: Resolution): string[] {
  return trace.map(said)
}
