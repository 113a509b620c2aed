import type { AffectedCase } from '../../handoffs/automatic/affected.ts'
import { count } from '../configuration.ts'

/** The text lists this many; `--json` has them all. */
const NAMED = 12

export function affectedLines(affected: readonly AffectedCase[]): string[] {
  if (affected.length === 0) return []
  const more = affected.length - NAMED
  return [
    `  ! ${count(affected.length, 'open request')} would have another responsible agency:`,
    ...affected.slice(0, NAMED).map(({ id, service, from, to, day, policy }) => {
      const then = policy === 'offer' ? 'transfer is sent' : 'stays where it is'
      return `    ${id} (${service}): ${from} → ${to} from ${day}, ${then}`
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}
