import { fold } from '../../core/spelling.ts'
import type { Documents, Jurisdiction } from '../documents/snapshot.ts'

/** A longer list is searched and read page by page. */
export const LISTED_AT_ONCE = 60
const PER_PAGE = 50

export interface JurisdictionQuery {
  /** Part of a name, as typed. */
  readonly text: string
  /** The first letter of the names; empty: all. */
  readonly letter: string
  /** From 1. */
  readonly page: number
}

export interface JurisdictionPage {
  readonly found: readonly Jurisdiction[]
  readonly total: number
  readonly page: number
  readonly pages: number
}

export function isLongList({ jurisdictions }: Documents): boolean {
  return jurisdictions.length > LISTED_AT_ONCE
}

/** Those whose names have each word that was typed, by name. A page past the last is the last. */
export function listJurisdictions(
  documents: Documents,
  { text, letter, page }: JurisdictionQuery,
): JurisdictionPage {
  const words = fold(text).split(' ')
  const matching = byName(documents).filter(
    ({ folded }) => folded.startsWith(letter) && words.every(word => ` ${folded}`.includes(` ${word}`)),
  )
  const pages = Math.max(1, Math.ceil(matching.length / PER_PAGE))
  const shown = Math.min(Math.max(1, page), pages)
  const found = matching.slice((shown - 1) * PER_PAGE, shown * PER_PAGE)
  return { found: found.map(one => one.jurisdiction), total: matching.length, page: shown, pages }
}

/** The first letters of the names, as `listJurisdictions` takes them. */
export function firstLetters(documents: Documents): readonly string[] {
  return [...new Set(byName(documents).map(({ folded }) => String.fromCodePoint(folded.codePointAt(0) ?? 0)))]
}

/** All, if they are few; of many those that match what was typed, and those `kept` in any case. */
export function narrowed(
  documents: Documents,
  text: string,
  kept: (jurisdiction: Jurisdiction) => boolean = () => false,
): readonly Jurisdiction[] {
  if (!isLongList(documents)) return documents.jurisdictions
  const { found } = listJurisdictions(documents, { text, letter: '', page: 1 })
  const matching = new Set(text === '' ? [] : found)
  return documents.jurisdictions.filter(one => matching.has(one) || kept(one))
}

interface Named {
  readonly folded: string
  readonly jurisdiction: Jurisdiction
}

const sorted = new WeakMap<Documents, readonly Named[]>()

function byName(documents: Documents): readonly Named[] {
  const known = sorted.get(documents)
  if (known !== undefined) return known
  const named = documents.jurisdictions.map(jurisdiction => ({
    folded: fold(jurisdiction.name),
    jurisdiction,
  }))
  named.sort((a, b) => (a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : 0))
  sorted.set(documents, named)
  return named
}
