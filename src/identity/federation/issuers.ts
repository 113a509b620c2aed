import type { SignInDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'

export interface WithProvider extends Jurisdiction {
  readonly signIn: SignInDocument
}

export function providerOf(region: Region, slug: string): WithProvider | undefined {
  const found = region.jurisdiction(slug)
  return found !== undefined && hasProvider(found) ? found : undefined
}

export function hasProvider(jurisdiction: Jurisdiction): jurisdiction is WithProvider {
  return jurisdiction.signIn !== undefined
}

/** Normalized, so that equal issuers compare equal. */
export function issuerOf({ issuer }: SignInDocument): string {
  return new URL(issuer).href
}
