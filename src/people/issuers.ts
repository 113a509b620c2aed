import type { Region } from '../regions/compile.ts'
import type { SignInDocument } from '../regions/documents.ts'
import type { Jurisdiction } from '../regions/snapshot.ts'

/** A jurisdiction whose staff sign in with a provider of its own. */
export interface WithProvider extends Jurisdiction {
  readonly signIn: SignInDocument
}

/** By slug; undefined for one without a provider. */
export function providerOf(region: Region, slug: string): WithProvider | undefined {
  const found = region.jurisdiction(slug)
  return found !== undefined && hasProvider(found) ? found : undefined
}

export function hasProvider(jurisdiction: Jurisdiction): jurisdiction is WithProvider {
  return jurisdiction.signIn !== undefined
}

/** The issuer in the one way that its URL can be written. */
export function issuerOf({ issuer }: SignInDocument): string {
  return new URL(issuer).href
}
