import { sessionsEnded } from '../../identity/audit-actions.ts'
import { endSessionsOf } from '../../identity/sessions/sessions.ts'
import { logStaffAction } from '../../identity/staff/grants.ts'
import { identityDb, mailboxIndex, type StaffRow, staffByMailbox } from '../../identity/staff/staff.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { currentHosts, currentRegion } from '../../regions/runtime/current.ts'
import { command, refuse } from '../command.ts'
import { asOption, count, operatorOf, orNothingYet, requireAddress, withPlatform } from '../configuration.ts'
import { linkFor } from './grants.ts'

const who = {
  region: { type: 'string', required: true, value: 'R', help: 'The region' },
  email: { type: 'string', required: true, value: 'E', help: 'Their email address' },
  as: asOption,
} as const

export const staffLinkCommand = command({
  name: 'staff link',
  summary: 'Create a sign-in link, valid once, for a staff member who cannot sign in: give it only to them',
  options: who,
  run: (terminal, { options: { region: slug, email, as } }) =>
    withPlatform(terminal, async platform => {
      requireAddress(terminal)
      const { id } = await known(platform, slug, email)
      const link = await linkFor(platform, await currentRegion(platform, slug), id, operatorOf(as))
      return { ok: true, lines: [link], json: { region: slug, staff: id, link } }
    }),
})

export const endStaffSessionsCommand = command({
  name: 'staff sign-out',
  summary: 'End all sessions of a staff member, at once',
  options: who,
  run: (terminal, { options: { region: slug, email, as } }) =>
    withPlatform(terminal, async platform => {
      const { id } = await known(platform, slug, email)
      await logStaffAction(platform, slug, id, operatorOf(as), sessionsEnded)
      const ended = await endSessionsOf(platform, slug, 'staff', id)
      return {
        ok: true,
        lines: [`${count(ended, 'session')} ended`],
        json: { region: slug, staff: id, ended },
      }
    }),
})

async function known(platform: NodePlatform, slug: string, email: string): Promise<StaffRow> {
  const regions = await orNothingYet(async () => (await currentHosts(platform)).regions, new Set<string>())
  if (!regions.has(slug)) throw refuse(`No region "${slug}" has been applied. Run countyline apply first.`)
  const db = identityDb(platform, slug)
  const found = await staffByMailbox(db, await mailboxIndex(platform, db, email))
  if (found === undefined) throw refuse(`${slug} has no staff member with the email address ${email}.`)
  return found
}
