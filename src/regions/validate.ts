import type { Finding } from './fault.ts'
import type { Documents } from './snapshot.ts'

/** What no single document can know: references, duplicates, dates, overlaps. */
export function validateDocuments(_documents: Documents): readonly Finding[] {
  return []
}
