import { startOfDay } from './calendar.ts'
import type { Region } from './compile.ts'
import type { PartnerDocument } from './documents.ts'
import type { Jurisdiction } from './snapshot.ts'

/* A jurisdiction that leaves the platform (S17), from the midnight of its `to` on, in its own zone. */

export function hasLeft(region: Region, slug: string, at: number): boolean {
  const to = region.jurisdiction(slug)?.to
  return to !== undefined && startOfDay(to, region.calendar(slug).zone) <= at
}

/** What it is then: whom to call, write to or look up. */
export function asPartner({ slug, name, phone, email, url }: Jurisdiction): PartnerDocument {
  return {
    id: slug,
    name,
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
    ...(url !== undefined && { url }),
  }
}
