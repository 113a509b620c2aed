import type { Context } from 'hono'
import { openPublicTenant, openTenantReader } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { type PublicCase, publicCase } from '../../requests/list/find.ts'
import { isOwn } from '../../residents/own.ts'
import { type Resident, residentOf } from '../account/resident.ts'

export interface ReadCase {
  readonly found: PublicCase
  readonly keeper: string
  readonly resident: Resident | undefined
  /** The reader has signed in and reported it. */
  readonly own: boolean
}

/** The case of the path's number, as its reader may see it. Throws `not-found`. */
export async function readCase(c: Context<AppEnv>): Promise<ReadCase> {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const number = region.caseNumber(c.req.param('number') ?? '')
  if (number?.jurisdiction === undefined) throw problem('not-found')
  const keeper = number.jurisdiction.slug
  const found = await publicCase(openPublicTenant(platform, region.slug, keeper), number.id)
  if (found === undefined) throw problem('not-found')
  const resident = await residentOf(c)
  const own =
    resident !== undefined &&
    (await isOwn(
      openTenantReader(platform, resident.access, region.slug, keeper),
      resident.account.id,
      number.id,
    ))
  return { found, keeper, resident, own }
}

/** Of a private case the public sees its status, and nothing else. */
export function isHidden({ found, own }: Pick<ReadCase, 'found' | 'own'>): boolean {
  return found.request.private && !own
}
