import { asProblem, type FieldError, problem } from '../../core/problem.ts'
import { cleanEmail, cleanLine, cleanText, isEmail, isLongerThan, MAX_LINE } from '../../core/text.ts'
import { type Role, roles } from '../../identity/roles.ts'
import { decodedTable, tableLines } from '../../import/municipalities/particulars.ts'
import { readFrom, readUntil } from '../../workspace/shell/days.ts'

/* A table of people to invite. Cells are texts and nothing else: what looks like a formula stays as it is. */

/** In bytes. */
export const MAX_TABLE_BYTES = 48 * 1024
export const MAX_PEOPLE = 100

export const peopleColumns = ['name', 'email', 'role', 'services', 'from', 'to'] as const
export type PeopleColumn = (typeof peopleColumns)[number]

export interface PersonRow {
  /** In the file, counted from 1. */
  readonly line: number
  readonly cells: Readonly<Record<PeopleColumn, string>>
  readonly issues: readonly FieldError[]
  /** The line with the same address and role. */
  readonly sameAs?: number
  /** Present unless there are issues. */
  readonly invitation?: {
    readonly name: string
    readonly email: string
    readonly role: Role
    readonly services: readonly string[] | undefined
    readonly from: number | undefined
    readonly to: number | undefined
  }
}

export interface Rules {
  /** Codes of the region. */
  readonly services: ReadonlySet<string>
  readonly zone: string
  readonly now: number
  /** A role in any of the languages, in small letters. */
  readonly roleNames: ReadonlyMap<string, Role>
  /** Whether this person has the role already. `address` is in small letters. */
  readonly hasRole: (address: string, role: Role) => boolean
}

export function tableText(bytes: Uint8Array): string {
  return cleanText(decodedTable(bytes).text)
}

/** Throws `invalid-fields` for what is no such table. */
export function readPeople(text: string, rules: Rules): PersonRow[] {
  const lines = tableLines(text)
  if ('why' in lines || text.includes('\0')) throw refused('malformed')
  const [heading, ...rest] = lines
  const columns = (heading?.cells ?? []).map(cell =>
    peopleColumns.find(name => name === cell.trim().toLowerCase()),
  )
  if (!columns.includes('email') || !columns.includes('role')) throw refused('malformed')
  const filled = rest.filter(({ cells }) => cells.some(cell => cell.trim() !== ''))
  if (filled.length === 0) throw refused('required')
  if (filled.length > MAX_PEOPLE) throw refused('too-many', { max: MAX_PEOPLE })
  const first = new Map<string, number>()
  return filled.map(({ line, cells }) => {
    const row = checked(line, named(columns, cells), rules)
    const key = `${row.cells.email.toLowerCase()} ${row.cells.role.toLowerCase()}`
    const sameAs = first.get(key)
    if (sameAs === undefined) {
      first.set(key, line)
      return row
    }
    const { invitation: _, ...others } = row
    return { ...others, sameAs }
  })
}

function named(
  columns: readonly (PeopleColumn | undefined)[],
  cells: readonly string[],
): Readonly<Record<PeopleColumn, string>> {
  const cell = (name: PeopleColumn) => cleanLine(cells[columns.indexOf(name)] ?? '')
  return {
    name: cell('name'),
    email: cleanEmail(cell('email')),
    role: cell('role'),
    services: cell('services'),
    from: cell('from'),
    to: cell('to'),
  }
}

function checked(line: number, cells: PersonRow['cells'], rules: Rules): PersonRow {
  const { name, email } = cells
  const issues: FieldError[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      const found = asProblem(error)
      if (found.slug !== 'invalid-fields') throw error
      issues.push(...found.fields)
      return undefined
    }
  }
  if (!isEmail(email)) issues.push({ field: 'email', code: email === '' ? 'required' : 'not-an-email' })
  if (isLongerThan(name, MAX_LINE))
    issues.push({ field: 'name', code: 'too-long', params: { max: MAX_LINE } })
  const role = roles.find(known => known === cells.role) ?? rules.roleNames.get(cells.role.toLowerCase())
  if (role === undefined)
    issues.push({ field: 'role', code: cells.role === '' ? 'required' : 'not-an-option' })
  else if (rules.hasRole(email.toLowerCase(), role)) issues.push({ field: 'role', code: 'taken' })
  const services = cells.services.split(/[\s;,|]+/).filter(Boolean)
  if (services.some(code => !rules.services.has(code))) issues.push({ field: 'services', code: 'unknown' })
  const from = attempt(() => readFrom('from', cells.from, rules.zone))
  const to = attempt(() => readUntil('to', cells.to, rules.zone, Math.max(rules.now, from ?? rules.now)))
  if (issues.length > 0 || role === undefined) return { line, cells, issues }
  const invitation = { name, email, role, services: services.length > 0 ? services : undefined, from, to }
  return { line, cells, issues, invitation }
}

function refused(code: FieldError['code'], params: FieldError['params'] = {}) {
  return problem('invalid-fields', { fields: [{ field: 'table', code, params }] })
}
