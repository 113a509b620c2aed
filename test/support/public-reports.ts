import { sql } from 'drizzle-orm'
import { openRegion } from '../../src/core/database/handles.ts'
import type { Platform } from '../../src/platform/platform.ts'

export interface PublicReport {
  readonly id: string
  readonly jurisdiction: string
  readonly status: string
  readonly lat: number | null
  readonly long: number | null
  readonly requestedAt: number
}

/** Writes reports into a region's public index, as if jurisdictions had published them. */
export async function publish(
  platform: Platform,
  region: string,
  reports: readonly PublicReport[],
): Promise<void> {
  await openRegion(platform, { kind: 'system', reason: 'test' }, region).commit([
    sql`INSERT INTO public_request (jurisdiction, id, version, service_code, service_name, status, description, address, lat, long,
        agency_responsible, requested_at, updated_at)
      SELECT value ->> 'jurisdiction', value ->> 'id', 1, 'pothole', 'Pothole', value ->> 'status', '', '1 Main Street',
        value ->> 'lat', value ->> 'long', 'Public Works', value ->> 'requestedAt', value ->> 'requestedAt'
      FROM json_each(${JSON.stringify(reports)})`,
  ])
}
