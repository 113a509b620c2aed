import { openDirectory } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { type DocumentValue, documentValues } from '../../regions/documents/export.ts'
import { type LoadedValues, loadRegionValues } from '../../regions/documents/load.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { takenHosts } from '../../regions/versions/claims.ts'
import { snapshotOfVersion } from '../../regions/versions/history.ts'
import type { Draft } from './drafts.ts'

/** What a draft starts from. Throws `not-found` for a version that the region never had. */
export async function baseDocuments(platform: Platform, region: Region, version: number): Promise<Documents> {
  if (version === region.snapshot.version) return region.documents
  const snapshot = await snapshotOfVersion(platform, region.slug, version)
  if (snapshot === undefined) throw problem('not-found')
  return snapshot.documents
}

/** Every document as it would be once the draft is applied, by file. */
export function draftValues(base: Documents, draft: Draft): Map<string, DocumentValue> {
  const values = documentValues(base)
  for (const [file, { value }] of draft.edits) {
    if (value === null) values.delete(file)
    else values.set(file, value)
  }
  return values
}

/** Checks the draft as a whole, as `countyline validate` checks a folder. */
export async function checkDraft(
  platform: Platform,
  region: Region,
  values: ReadonlyMap<string, DocumentValue>,
): Promise<LoadedValues> {
  const hosts = await takenHosts(openDirectory(platform), region.slug)
  return loadRegionValues(region.slug, values, hosts)
}
