import { eq, inArray } from 'drizzle-orm'
import * as v from 'valibot'
import { openDirectory } from '../../core/database/handles.ts'
import { isLanguage, translator } from '../../core/i18n.ts'
import { slugOf } from '../../import/boundaries/slug.ts'
import { proposeCode } from '../../import/codes.ts'
import type { Platform } from '../../platform/platform.ts'
import {
  database as databaseTable,
  host as hostTable,
  region as regionTable,
} from '../../regions/directory-schema.ts'
import { type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { regionDocument } from '../../regions/documents/schemas/region.ts'
import { type ServiceDocument, servicesDocument } from '../../regions/documents/schemas/services.ts'
import type { Hours } from '../../regions/documents/schemas/values.ts'
import { checkShape } from '../../regions/documents/shape.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { validateDocuments } from '../../regions/documents/validate.ts'
import type { CountyAnswers, RegionAnswers, Step } from './answers.ts'
import { featuresOf, middleOf } from './boundary.ts'
import { shippedServices } from './catalogue.ts'
import { setup } from './directory-schema.ts'
import type { Setup } from './session.ts'
import { centerOf } from './time-zones.ts'

const PRIMARY = '#1b4965'
// Database labels join both slugs with two hyphens, and fit a DNS label.
const MAX_LABEL = 63
const MAX_SLUG = 40

/** A short name for addresses, from the name: `Lake County 311` is `lake-county`. */
export function suggestSlug(name: string): string {
  return cut(slugOf(name).replace(/-311$/, ''), MAX_SLUG)
}

function cut(slug: string, length: number): string {
  return slug.slice(0, length).replace(/-$/, '')
}

export function countySlug(region: string, name: string): string {
  const own = cut(slugOf(name), Math.min(MAX_SLUG, MAX_LABEL - 2 - region.length))
  return /^(directory|none|all|www|api|admin|assets|open311)?$/.test(own) ? 'county' : own
}

/** `{ "mon-fri": "08:00-17:00" }` or `always`. */
export function hoursOf({ hours, opens, closes }: CountyAnswers): Hours {
  return hours === 'always' ? 'always' : { 'mon-fri': `${opens}-${closes}` }
}

export interface SetupIssue {
  readonly step: Step
  readonly text: string
}

export interface Checked {
  readonly slug: string
  /** Undefined while there are issues. */
  readonly documents?: Documents
  readonly issues: readonly SetupIssue[]
}

/** The services that were chosen, in the order of their list. */
export async function chosenServices(platform: Platform, { row, answers }: Setup) {
  const all = await offeredServices(platform, row.services)
  const codes = new Set(answers.services?.codes)
  return all.filter(({ code }) => codes.has(code))
}

/** Those read from another site, else the shipped ones. */
export async function offeredServices(
  platform: Platform,
  stored: unknown,
): Promise<readonly ServiceDocument[]> {
  const read = v.safeParse(servicesDocument.entries.services, stored)
  return read.success && stored !== null ? read.output : shippedServices(platform)
}

/** Makes documents of complete answers, and checks them as `apply` does. */
export async function checkSetup(platform: Platform, current: Setup): Promise<Checked> {
  const { answers, row } = current
  const { region, county } = answers
  const services = await chosenServices(platform, current)
  if (region === undefined || county === undefined) return { slug: '', issues: [] }
  const { slug } = region
  const own = countySlug(slug, county.name)
  const boundary = featuresOf(row.boundary)
  const center = middleOf(boundary) ?? centerOf(region.timezone)
  const shapes = {
    region: checkShape(regionDocument, 'region.yaml', regionValue(region, own, center)),
    services: checkShape(servicesDocument, 'services.yaml', { services }),
    county: checkShape(jurisdictionDocument, `${own}/jurisdiction.yaml`, countyValue(county)),
  }
  const issues = Object.values(shapes).flatMap(shape => ('findings' in shape ? shape.findings : []))
  if (
    !('output' in shapes.region && 'output' in shapes.services && 'output' in shapes.county) ||
    issues.length > 0
  )
    return { slug, issues: issues.map(stepIssue) }
  const documents: Documents = {
    region: shapes.region.output,
    services: shapes.services.output.services,
    agreements: {},
    jurisdictions: [{ ...shapes.county.output, slug: own, boundary }],
    areas: [],
    roads: [],
    places: [],
    backdrop: [],
  }
  const taken = await takenHosts(platform, documents.region.hosts, slug)
  const found = validateDocuments(slug, documents, taken).filter(isError)
  return found.length > 0 ? { slug, issues: found.map(stepIssue) } : { slug, documents, issues: [] }
}

function regionValue(region: RegionAnswers, intake: string, center: readonly number[]): unknown {
  const { name, languages, timezone, host, phone, units, email, emergency } = region
  const texts = languages
    .filter(isLanguage)
    .map(language => [language, translator(language)('setup-emergency-text', { phone: emergency })])
  return {
    name,
    languages,
    timezone,
    hosts: [host],
    phone,
    // The calling code of the countries that write numbers this way.
    ...(units === 'us' && { countryCode: '1' }),
    units,
    ...(email !== '' && { email }),
    emergency: { phone: emergency, text: Object.fromEntries(texts) },
    intake,
    brand: { primary: PRIMARY },
    map: { center },
  }
}

function countyValue(county: CountyAnswers): unknown {
  const { name, kind, email, phone } = county
  return {
    name,
    kind,
    code: proposeCode(name, new Set()),
    ...(phone !== '' && { phone }),
    ...(email !== '' && { email }),
    hours: hoursOf(county),
  }
}

function stepIssue({ file, message, repair }: IssueAtPath): SetupIssue {
  const step = file === 'region.yaml' ? 'region' : file === 'services.yaml' ? 'services' : 'county'
  return { step, text: `${message}. ${repair}.` }
}

// By other regions than the one that is being set up, which may be there already.
async function takenHosts(platform: Platform, hosts: readonly string[], own?: string) {
  const names = hosts.map(name => name.toLowerCase())
  const rows = await openDirectory(platform).select().from(hostTable).where(inArray(hostTable.host, names))
  return new Map(rows.filter(row => row.region !== own).map(row => [row.host, row.region]))
}

/** Whether another region has this slug, or is being set up with it. */
export async function isSlugTaken(platform: Platform, slug: string): Promise<boolean> {
  const db = openDirectory(platform)
  const [regions, databases, others] = await db.together([
    db.select({ slug: regionTable.slug }).from(regionTable).where(eq(regionTable.slug, slug)),
    // Of a configuration that the command applies at this moment.
    db
      .select({ kind: databaseTable.kind })
      .from(databaseTable)
      .where(eq(databaseTable.region, slug))
      .limit(1),
    db.select({ id: setup.id }).from(setup).where(eq(setup.region, slug)),
  ])
  return regions.length + databases.length + others.length > 0
}

export async function isHostTaken(platform: Platform, host: string): Promise<boolean> {
  return (await takenHosts(platform, [host])).size > 0
}
