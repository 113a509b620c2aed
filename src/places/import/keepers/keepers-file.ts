import * as v from 'valibot'
import { parseDocument } from 'yaml'
import type { Refusal } from '../../../geography/refusal.ts'
import { slug } from '../../../regions/documents/schemas/values.ts'
import type { Keepers } from './road-keepers.ts'

export const KEEPERS_FILE = 'keepers.yaml'
const HEADING =
  '# Who keeps a road, by source and by the value of its column: slugs of jurisdictions and partners. Correct them here, then\n# run countyline places import again with the same file.\n'
const keepersDocument = v.nullable(v.record(v.string(), v.record(v.string(), slug)))

/** What a region's `keepers.yaml` says of one source. */
export function readKeepers(text: string | undefined, source: string): Keepers | Refusal {
  const document = parsed(text)
  const read = v.safeParse(keepersDocument, document.toJS())
  if (document.errors.length === 0 && read.success)
    return new Map(Object.entries(read.output?.[source] ?? {}))
  return {
    why: `${KEEPERS_FILE} cannot be read`,
    repair: 'Write the source, and below it a line such as C: lake-county for each value',
  }
}

/** With what was said of one source; comments and other lines stay. */
export function withKeepers(text: string | undefined, source: string, keepers: Keepers): string {
  const document = parsed(text)
  for (const [value, keeper] of keepers) document.setIn([source, value], keeper)
  return (text === undefined ? HEADING : '') + document.toString({ lineWidth: 0 })
}

// All values are texts: 1, no and null are codes of counties too.
function parsed(text = '') {
  return parseDocument(text, { schema: 'failsafe', prettyErrors: false })
}
