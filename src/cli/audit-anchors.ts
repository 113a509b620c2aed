import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import {
  type Anchor,
  firstAnchorAt,
  firstUnlike,
  firstUnlikeAnchor,
  isUndone,
  restorationsOf,
} from '../audit/anchors.ts'
import { isImported } from '../audit/seal.ts'
import type { Break } from '../audit/verify.ts'
import type { RegionReader, TenantReader } from '../core/database/handles.ts'
import { refuse } from './command.ts'

const whole = v.pipe(v.number(), v.integer(), v.minValue(1))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const kept = v.object({
  region: v.string(),
  jurisdiction: v.string(),
  number: whole,
  seal: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sealHash: hash,
  at: v.number(),
  hash,
})

const BATCH = 500

type KeptAnchor = Anchor & { readonly region: string }

/** Every line that can be read. Throws `bad-request` if the file is missing or no line can be read. */
async function* linesOf(file: string): AsyncGenerator<KeptAnchor> {
  let [read, unread] = [0, 0]
  try {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
      const found = v.safeParse(kept, parse(line))
      if (found.success) yield found.output
      if (found.success) read++
      // A line cut off during a write holds no seal: the seal was sent again after it.
      else if (line !== '') unread++
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw refuse(`Cannot read ${file} (${error.code}).`)
    throw error
  }
  if (read === 0 && unread > 0) throw refuse(`${file} contains no copies of seals.`)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Where the copies differ from the databases for one jurisdiction. Reads the file in bounded memory. */
export async function compareWithAnchors(
  db: TenantReader,
  region: RegionReader,
  file: string,
  seals: number,
): Promise<(Omit<Break, 'what'> & { readonly what: Break['what'] | 'anchors' }) | null> {
  const nowhere = { events: null, accessLog: null, at: 0 }
  let some: KeptAnchor[] = []
  // Copies from before an import are of another deployment's chain of anchors; the seals themselves were imported.
  const since = (await isImported(db)) ? await firstAnchorAt(region) : 0
  const restorations = await restorationsOf(region, db.slug)
  const compare = async () => {
    const unlike = await firstUnlike(
      db,
      some.filter(anchor => !isUndone(anchor, restorations)),
    )
    const anchor = await firstUnlikeAnchor(
      region,
      some.filter(({ at }) => at > since),
    )
    some = []
    if (unlike !== undefined) {
      const what = unlike.seal > seals ? 'cut-off' : 'made-anew'
      return { ...nowhere, what, seal: unlike.seal, at: unlike.at } as const
    }
    return anchor === undefined ? null : ({ ...nowhere, what: 'anchors', seal: anchor } as const)
  }
  for await (const line of linesOf(file)) {
    if (line.region !== db.region || line.jurisdiction !== db.slug) continue
    some.push(line)
    const found = some.length < BATCH ? null : await compare()
    if (found !== null) return found
  }
  return compare()
}

export async function jurisdictionsIn(
  file: string,
): Promise<readonly { readonly region: string; readonly jurisdiction: string }[]> {
  const found = new Map<string, { region: string; jurisdiction: string }>()
  for await (const { region, jurisdiction } of linesOf(file))
    found.set(`${region}/${jurisdiction}`, { region, jurisdiction })
  return [...found.values()]
}
