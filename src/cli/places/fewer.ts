import type { Survey } from '../../places/import/survey.ts'
import type { listPlaceSources } from '../../places/index/import.ts'
import { count } from '../configuration.ts'

/** Counties change by a few percent in a year; a file that lost more than this, and not only a few, may be cut off. */
const KEPT = 0.9
const FEW = 100

type Source = Awaited<ReturnType<typeof listPlaceSources>>[number]

/** That a file has far fewer records than the last import of its source; undefined where it has not. */
export function farFewer(last: Source | undefined, { records, rejects }: Survey): string | undefined {
  if (last === undefined || last.finishedAt === null) return undefined
  const [before, now] = [last.records - last.rejected, records - sum(Object.values(rejects))]
  if (now >= before * KEPT || before - now < FEW) return undefined
  return `It has ${count(now, 'record')} that can be taken, and the last import of ${last.name} had ${before}: the others would be removed`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
