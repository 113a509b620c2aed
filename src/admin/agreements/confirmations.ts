import { eq } from 'drizzle-orm'
import { insertOne, type RegionDb, type RegionReader } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { type Doing, isOpen } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, jurisdictionsOf } from '../drafts/open-draft.ts'
import { logStep } from '../log.ts'
import { agreementConfirmation } from '../region-schema.ts'
import { recordsAt, textAt } from '../shell/values.ts'

/* Both sides of an agreement confirm what a draft says of it, before the draft is applied. */

export const AGREEMENTS = 'agreements.yaml'

export interface NeededConfirmation {
  readonly agreement: string
  readonly title: string
  readonly kind: 'added' | 'changed' | 'removed'
  /** A jurisdiction. */
  readonly side: string
  /** Of what is confirmed: another agreement has another one. */
  readonly hash: string
}

export type Confirmation = typeof agreementConfirmation.$inferSelect

/** For each agreement that the draft adds, changes or removes, those of its sides that are on the platform. */
export function neededConfirmations(context: DraftContext): NeededConfirmation[] {
  const [before, after] = [baseValues(context), context.values].map(values => {
    const list = recordsAt(values.get(AGREEMENTS), ['agreements'])
    return new Map(list.map(agreement => [textAt(agreement, ['id']), agreement]))
  })
  if (before === undefined || after === undefined) return []
  const slugs = new Set([...jurisdictionsOf(context), ...context.base.jurisdictions.map(({ slug }) => slug)])
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(id => {
    const [old, next] = [before.get(id), after.get(id)]
    if (JSON.stringify(old) === JSON.stringify(next)) return []
    const kind = old === undefined ? 'added' : next === undefined ? 'removed' : 'changed'
    const sides = [...new Set([...sidesOf(old), ...sidesOf(next)])].filter(side => slugs.has(side))
    const title = textAt(next ?? old, ['title'])
    return sides.map(side => ({ agreement: id, title, kind, side, hash: hashOf(next) }) as const)
  })
}

function sidesOf(agreement: DocumentValue | undefined): string[] {
  return agreement === undefined ? [] : [textAt(agreement, ['accountable']), textAt(agreement, ['performer'])]
}

function hashOf(agreement: DocumentValue | undefined): string {
  return shortSha256(agreement === undefined ? 'removed' : JSON.stringify(agreement))
}

export function readConfirmations(db: RegionReader, draft: string): Promise<Confirmation[]> {
  return db.select().from(agreementConfirmation).where(eq(agreementConfirmation.draft, draft))
}

export interface ConfirmationState extends NeededConfirmation {
  /** Undefined: not yet, or of what the agreement said before. */
  readonly confirmed: Confirmation | undefined
}

export async function confirmationStates(context: DraftContext): Promise<ConfirmationState[]> {
  const needed = neededConfirmations(context)
  if (needed.length === 0) return []
  const found = await readConfirmations(context.db, context.draft.id)
  return needed.map(one => ({
    ...one,
    confirmed: found.find(
      ({ agreement, side, hash }) => agreement === one.agreement && side === one.side && hash === one.hash,
    ),
  }))
}

export async function missingConfirmations(context: DraftContext): Promise<ConfirmationState[]> {
  return (await confirmationStates(context)).filter(({ confirmed }) => confirmed === undefined)
}

/**
 * `note`: it was given on paper, and this says where that is; null: by the side itself. Done once. Throws
 * `wrong-state` unless the draft is open.
 */
export async function confirmAgreement(
  db: RegionDb,
  draft: string,
  { agreement, side, hash }: NeededConfirmation,
  note: string | null,
  { by, at }: Doing,
): Promise<void> {
  const row = { draft, agreement, side, hash, note, by, at }
  const action = note === null ? 'agreement-confirmed' : 'agreement-confirmed-on-paper'
  await db.commit([
    isOpen(draft),
    insertOne(agreementConfirmation, row),
    logStep({ at, by, action, draft, subject: `${agreement}, ${side}` }),
  ])
}
