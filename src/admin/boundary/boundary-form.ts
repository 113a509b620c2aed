import * as v from 'valibot'
import type { Bytes } from '../../platform/platform.ts'
import { date } from '../../regions/documents/schemas/values.ts'
import { readForm } from '../../web/form.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { MAX_BOUNDARY_BYTES } from './read-boundary.ts'

export const ACTION = 'boundary'

/** A boundary as it was sent: by the page's script as GeoJSON in a field, or as a file. */
export interface SentBoundary {
  readonly geoJson: Bytes | undefined
  readonly area: string
  /** `replace`: a better drawing of the same ground; `change`: it changes on a day. */
  readonly way: string
  readonly from: string
  /** What the form showed. */
  readonly seen: string
}

/** Throws `too-large`. */
export async function readBoundaryForm(c: AdminPageContext): Promise<SentBoundary> {
  let file: Bytes | undefined
  const form = await readForm(c, {
    bytes: MAX_BOUNDARY_BYTES,
    withFiles: MAX_BOUNDARY_BYTES * 2,
    take: async part => {
      if (part.name === `${ACTION}.file`) file = await part.read(MAX_BOUNDARY_BYTES)
    },
  })
  const one = (name: string) => {
    const value = form.get(`${ACTION}.${name}`)
    return typeof value === 'string' ? value.trim() : ''
  }
  const drawn = one('geometry')
  return {
    geoJson: drawn === '' ? file : new TextEncoder().encode(drawn),
    area: one('area').slice(0, 200),
    way: one('way'),
    from: one('from'),
    seen: one('seen'),
  }
}

export function isDay(written: string): boolean {
  return v.is(date, written)
}
