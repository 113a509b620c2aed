import { problem } from '../../core/problem.ts'
import { limit } from '../../identity/limits.ts'
import { readSubmitted } from '../../workspace/shell/form.tsx'
import type { DraftContext } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow } from '../shell/context.ts'
import { checkHost } from './check.ts'
import { type HostState, hostStates, proofToken, saveProof } from './hosts.ts'
import type { FailedCheck } from './proof.tsx'

/**
 * Checks the host of the form, if it is one of the draft that `mayCheck` lets. Undefined: it is proved. Throws
 * `changed-meanwhile` for one that needs no proof by now, `not-allowed` and `too-many-requests`.
 */
export async function runCheck(
  c: AdminPageContext,
  context: DraftContext,
  mayCheck: (state: HostState) => boolean,
): Promise<FailedCheck | undefined> {
  const { platform, region, db, draft } = context
  const host = (await readSubmitted(c, 'check')).one('host')
  const state = (await hostStates(context)).find(one => one.host === host && one.state === 'unproved')
  if (state === undefined) throw problem('changed-meanwhile')
  if (!mayCheck(state)) throw problem('not-allowed')
  await limit(c, 'host-checks', context.by)
  const { file, dns } = await checkHost(platform, host, await proofToken(platform, region.slug, host))
  if (file !== 'proved' && dns !== 'proved') return { host, file, dns }
  const kind = file === 'proved' ? 'file' : 'dns'
  await saveProof(db, { ...doingNow(context), host, kind, draft: draft.id })
  return undefined
}
