import * as v from 'valibot'
import { openTenant, type TenantDb } from '../../core/database/handles.ts'
import { asProblem } from '../../core/problem.ts'
import { linkGiven } from '../../identity/audit-actions.ts'
import { roles } from '../../identity/roles.ts'
import { listGrants, logStaffAction, makeGrant, withdrawGrant } from '../../identity/staff/grants.ts'
import { AFTER_SIGN_IN, issueLink } from '../../identity/staff/links.ts'
import { identityDb, inviteStaff, staffById, staffOf } from '../../identity/staff/staff.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { startOfDay } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import { command, refuse } from '../command.ts'
import { asOption, operatorOf, requireAddress, withPlatform } from '../configuration.ts'
import { regionOf } from './keys.ts'

const where = {
  jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
  region: {
    type: 'string',
    value: 'R',
    help: 'Region of the jurisdiction, if several regions have one of this name',
  },
  as: asOption,
} as const

const operatorAccess = (as: string | undefined) =>
  ({ kind: 'system', reason: 'command', operator: operatorOf(as) }) as const

export const createGrantCommand = command({
  name: 'grants create',
  summary: 'Give a person a role in a jurisdiction, and send them an invitation by email',
  options: {
    ...where,
    email: { type: 'string', required: true, value: 'E', help: 'Their email address' },
    role: { type: 'string', required: true, value: 'ROLE', help: roles.join(', ') },
    name: { type: 'string', value: 'N', help: 'Their name, for a new person' },
    services: { type: 'string', value: 'S,…', help: 'Codes of the services it is limited to (default: all)' },
    from: { type: 'string', value: 'DAY', help: 'First day, in the jurisdiction’s own zone (default: now)' },
    to: { type: 'string', value: 'DAY', help: 'First day on which it is no longer valid' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async (platform, { mail }) => {
      requireAddress(terminal)
      const { jurisdiction, email, name } = options
      const role = roles.find(known => known === options.role)
      if (role === undefined) throw refuse(`--role must be one of ${roles.join(', ')}.`)
      const slug = await regionOf(platform, jurisdiction, options.region)
      const region = await currentRegion(platform, slug)
      const services = readServices(region, options.services)
      const { zone } = region.calendar(jurisdiction)
      const [from, to] = [readDay('--from', options.from, zone), readDay('--to', options.to, zone)]
      const db = openTenant(platform, operatorAccess(options.as), slug, jurisdiction)
      const input = { role, services, from, to, source: 'command' } as const
      const message = mail !== undefined
      const made = await withEmail(async () => {
        if (message) return inviteStaff(platform, db, { ...input, email, name, language: region.language })
        const staff = await staffOf(platform, slug, { email, name })
        return { staff, grant: await makeGrant(platform, db, { ...input, staff }) }
      })
      const link = message ? undefined : await linkFor(platform, region, made.staff, operatorOf(options.as))
      return {
        ok: true,
        lines: [
          `${made.grant}  ${role} in ${jurisdiction}`,
          message
            ? `An invitation has been sent to ${email}.`
            : `Email is not configured here. Give them this link, valid once: ${link}`,
        ],
        json: { region: slug, jurisdiction, ...made, role, link: link ?? null },
      }
    }),
})

export async function withEmail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (asProblem(error).slug === 'invalid-fields') throw refuse('--email must be an email address.')
    throw error
  }
}

/** Gives the operator all the person's access, so each of their jurisdictions' logs records it first. */
export async function linkFor(
  platform: NodePlatform,
  region: Region,
  staff: string,
  operator: string,
): Promise<string> {
  await logStaffAction(platform, region.slug, staff, operator, linkGiven)
  const says = { staff, sources: ['operator'], device: '', to: AFTER_SIGN_IN, again: false } as const
  const token = await issueLink(platform, identityDb(platform, region.slug), says, 'invitation')
  return `${siteAddress(platform, region)}/sign-in/link/${token}`
}

function readServices(region: Region, list: string | undefined): readonly string[] | undefined {
  const codes = list?.split(',').map(code => code.trim())
  const unknown = codes?.filter(code => region.service(code) === undefined) ?? []
  if (unknown.length > 0) throw refuse(`Region ${region.slug} has no service ${unknown.join(', ')}.`)
  return codes
}

function readDay(option: string, day: string | undefined, zone: string): number | undefined {
  if (day === undefined) return undefined
  if (!v.is(jurisdictionDocument.entries.from, day))
    throw refuse(`${option} must be a date such as 2026-07-01.`)
  return startOfDay(day, zone)
}

export const listGrantsCommand = command({
  name: 'grants list',
  summary: 'List who has access to a jurisdiction, current access first',
  options: where,
  run: (terminal, { options: { jurisdiction, region: chosen, as } }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, chosen)
      const rows = await listGrants(openTenant(platform, operatorAccess(as), region, jurisdiction))
      const db = identityDb(platform, region)
      const names = new Map<string, string>()
      for (const { staff } of rows) {
        if (!names.has(staff)) names.set(staff, (await staffById(db, staff))?.name ?? staff)
      }
      const json = rows.map(row => ({
        id: row.id,
        name: names.get(row.staff),
        role: row.role,
        services: row.services,
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
  summary: 'End a grant, at once',
  operands: ['ID'],
  options: where,
  run: (terminal, { options: { jurisdiction, region: chosen, as }, operands: [id = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, chosen)
      await endGrant(openTenant(platform, operatorAccess(as), region, jurisdiction), platform, id)
      return { ok: true, lines: [`Access ${id} removed.`], json: { region, jurisdiction, id } }
    }),
})

async function endGrant(db: TenantDb, platform: NodePlatform, id: string): Promise<void> {
  try {
    await withdrawGrant(platform, db, id)
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'not-found') throw refuse(`${db.slug} has no grant ${id}.`)
    if (slug === 'wrong-state') throw refuse(`${id} has already ended.`)
    throw error
  }
}
