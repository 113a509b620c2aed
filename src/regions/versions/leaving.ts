import type { PartnerDocument } from '../documents/schemas/partner.ts'
import type { Jurisdiction } from '../documents/snapshot.ts'
import { startOfDay } from '../runtime/calendar.ts'
import type { Region } from '../runtime/compile.ts'

// A jurisdiction leaves the platform (S17) at the midnight of its `to`, in its own zone.

export function hasLeft(region: Region, slug: string, at: number): boolean {
  const to = region.jurisdiction(slug)?.to
  return to !== undefined && startOfDay(to, region.calendar(slug).zone) <= at
}

export function asPartner({ slug, name, phone, email, url }: Jurisdiction): PartnerDocument {
  return {
    id: slug,
    name,
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
    ...(url !== undefined && { url }),
  }
}
