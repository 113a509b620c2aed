import { isRefusal, type Refusal } from '../../geography/refusal.ts'
import { refuse } from '../command.ts'

export function orRefuse<T extends object>(path: string, result: T | Refusal): T {
  if (!isRefusal(result)) return result
  throw refuse(`${path}: ${result.why}. ${result.repair}.`)
}
