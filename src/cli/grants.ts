import * as v from 'valibot'
import { openTenant, type TenantDb } from '../core/db.ts'
import { asProblem } from '../core/problem.ts'
import { listGrants, makeGrant, tellWhereTheyWork, withdrawGrant } from '../people/grants.ts'
import { AFTER_SIGN_IN, issueLink } from '../people/links.ts'
import { roles } from '../people/roles.ts'
import { inviteStaff, peopleDb, staffById, staffOf } from '../people/staff.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { startOfDay } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { jurisdictionDocument } from '../regions/documents.ts'
import { siteAddress } from '../regions/site.ts'
import { command, refuse } from './command.ts'
import { asOption, operatorOf, withPlatform } from './configuration.ts'
import { regionOf } from './keys.ts'

const where = {
  jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
  region: { type: 'string', value: 'R', help: 'Its region, where several have one of that name' },
  as: asOption,
} as const

/** The platform's operator, at the command line. */
const asked = (as: string | undefined) =>
  ({ kind: 'system', reason: 'command', operator: operatorOf(as) }) as const

export const createGrantCommand = command({
  name: 'grants create',
  summary: 'Let the owner of a mailbox work in a jurisdiction, and send them a letter with a way in',
  options: {
    ...where,
    email: { type: 'string', required: true, value: 'E', help: 'The mailbox' },
    role: { type: 'string', required: true, value: 'ROLE', help: roles.join(', ') },
    name: { type: 'string', value: 'N', help: 'What they are called, if they are not known yet' },
    services: { type: 'string', value: 'S,…', help: 'Codes of the services it is limited to (default: all)' },
    from: { type: 'string', value: 'DAY', help: 'First day, in the jurisdiction’s own zone (default: now)' },
    to: { type: 'string', value: 'DAY', help: 'First day on which it no longer holds' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, { mail }) => {
      const { jurisdiction, email, name } = options
      const role = roles.find(known => known === options.role)
      if (role === undefined) throw refuse(`--role is one of ${roles.join(', ')}.`)
      const slug = await regionOf(platform, jurisdiction, options.region)
      const region = await currentRegion(platform, slug)
      const services = readServices(region, options.services)
      const { zone } = region.calendar(jurisdiction)
      const [from, to] = [readDay('--from', options.from, zone), readDay('--to', options.to, zone)]
      const db = openTenant(platform, asked(options.as), slug, jurisdiction)
      const wish = { role, services, from, to, source: 'command' } as const
      const letter = mail !== undefined
      const made = await withEmail(async () => {
        if (letter) return inviteStaff(platform, db, { ...wish, email, name, language: region.language })
        const staff = await staffOf(platform, slug, { email, name })
        return { staff, grant: await makeGrant(platform, db, { ...wish, staff }) }
      })
      const link = letter ? undefined : await linkFor(platform, region, made.staff, operatorOf(options.as))
      return {
        ok: true,
        lines: [
          `${made.grant}  ${role} in ${jurisdiction}`,
          letter
            ? `A letter is on its way to ${email}.`
            : `No mail is configured here. Hand over this link, good once: ${link}`,
        ],
        json: { region: slug, jurisdiction, ...made, role, link: link ?? null },
      }
    }),
})

/** `staffOf` names the field; people at a terminal named an option. */
export async function withEmail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (asProblem(error).slug === 'invalid-fields') throw refuse('--email is an e-mail address.')
    throw error
  }
}

/**
 * A way in for somebody whom no letter can be sent. It opens whatever they may do, so first each jurisdiction is told that the
 * operator has it.
 */
export async function linkFor(
  platform: NodePlatform,
  region: Region,
  staff: string,
  operator: string,
): Promise<string> {
  await tellWhereTheyWork(platform, region.slug, staff, operator, { type: 'link-given', staff })
  const says = { staff, device: '', to: AFTER_SIGN_IN, again: false }
  const token = await issueLink(platform, peopleDb(platform, region.slug), says, 'invitation')
  return `${siteAddress(platform, region)}/sign-in/link/${token}`
}

function readServices(region: Region, list: string | undefined): readonly string[] | undefined {
  const codes = list?.split(',').map(code => code.trim())
  const unknown = codes?.filter(code => region.service(code) === undefined) ?? []
  if (unknown.length > 0) throw refuse(`${region.slug} has no service ${unknown.join(', ')}.`)
  return codes
}

function readDay(option: string, day: string | undefined, zone: string): number | undefined {
  if (day === undefined) return undefined
  if (!v.is(jurisdictionDocument.entries.from, day)) throw refuse(`${option} is a day such as 2026-07-01.`)
  return startOfDay(day, zone)
}

export const listGrantsCommand = command({
  name: 'grants list',
  summary: 'Whom a jurisdiction lets do what, those in force first',
  options: where,
  run: (terminal, { options: { jurisdiction, region: chosen, as } }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, chosen)
      const rows = await listGrants(openTenant(platform, asked(as), region, jurisdiction))
      const db = peopleDb(platform, region)
      const names = new Map<string, string>()
      for (const { staff } of rows) {
        if (!names.has(staff)) names.set(staff, (await staffById(db, staff))?.name ?? staff)
      }
      const json = rows.map(row => ({
        id: row.id,
        name: names.get(row.staff),
        role: row.role,
        services: row.services === null ? null : (JSON.parse(row.services) as string[]),
        from: instant(row.fromAt),
        to: row.toAt === null ? null : instant(row.toAt),
        source: row.source,
        ended: row.endedAt === null ? null : instant(row.endedAt),
      }))
      return {
        ok: true,
        lines: json.map(({ id, name, role, services, to, ended }) =>
          [id, role, name, services?.join(','), to && `until ${to}`, ended && `ended ${ended}`]
            .filter(Boolean)
            .join('  '),
        ),
        json,
      }
    }),
})

const instant = (at: number) => new Date(at).toISOString()

export const endGrantCommand = command({
  name: 'grants end',
  summary: 'Take a grant back, at once',
  operands: ['ID'],
  options: where,
  run: (terminal, { options: { jurisdiction, region: chosen, as }, operands: [id = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, chosen)
      await endGrant(openTenant(platform, asked(as), region, jurisdiction), platform, id)
      return { ok: true, lines: [`${id} has ended`], json: { region, jurisdiction, id } }
    }),
})

async function endGrant(db: TenantDb, platform: NodePlatform, id: string): Promise<void> {
  try {
    await withdrawGrant(platform, db, id)
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'not-found') throw refuse(`${db.slug} has no grant ${id}.`)
    if (slug === 'wrong-state') throw refuse(`${id} has ended already.`)
    throw error
  }
}
