import { tellWhereTheyWork } from '../people/grants.ts'
import { endSessionsOf } from '../people/sessions.ts'
import { mailboxIndex, peopleDb, type StaffRow, staffByMailbox } from '../people/staff.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { currentHosts, currentRegion } from '../regions/current.ts'
import { command, refuse } from './command.ts'
import { asOption, count, operatorOf, orNothingYet, withPlatform } from './configuration.ts'
import { linkFor } from './grants.ts'

const who = {
  region: { type: 'string', required: true, value: 'R', help: 'The region' },
  email: { type: 'string', required: true, value: 'E', help: 'Their mailbox' },
  as: asOption,
} as const

export const staffLinkCommand = command({
  name: 'staff link',
  summary: 'A way in, good once, for somebody who has lost theirs: hand it over to nobody but them',
  options: who,
  run: (terminal, { options: { region: slug, email, as } }) =>
    withPlatform(terminal, async platform => {
      const { id } = await known(platform, slug, email)
      const link = await linkFor(platform, await currentRegion(platform, slug), id, operatorOf(as))
      return { ok: true, lines: [link], json: { region: slug, staff: id, link } }
    }),
})

export const endStaffSessionsCommand = command({
  name: 'staff sign-out',
  summary: 'End every session of somebody, at once',
  options: who,
  run: (terminal, { options: { region: slug, email, as } }) =>
    withPlatform(terminal, async platform => {
      const { id } = await known(platform, slug, email)
      const act = { type: 'sessions-ended', staff: id } as const
      await tellWhereTheyWork(platform, slug, id, operatorOf(as), act)
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
  const db = peopleDb(platform, slug)
  const found = await staffByMailbox(db, await mailboxIndex(platform, db, email))
  if (found === undefined) throw refuse(`Nobody with the mailbox ${email} works in ${slug}.`)
  return found
}
