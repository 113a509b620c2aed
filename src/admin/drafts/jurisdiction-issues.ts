import { safeParse } from 'valibot'
import { checkJurisdictions } from '../../regions/documents/checks/jurisdictions.ts'
import { knownNames } from '../../regions/documents/checks/known-names.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import { regionDocument } from '../../regions/documents/schemas/region.ts'
import { servicesDocument } from '../../regions/documents/schemas/services.ts'
import type { DraftContext } from './open-draft.ts'

const FILE = /^([^/]+)\/jurisdiction\.yaml$/

/** Errors of a jurisdiction's document among the others of the draft, without their boundaries. */
export function jurisdictionIssues(
  { base, region: { slug: region }, values }: DraftContext,
  file: string,
  value: DocumentValue,
): IssueAtPath[] {
  const others = new Map(values).set(file, value)
  const jurisdictions = [...others].flatMap(([name, document]) => {
    const [, slug] = FILE.exec(name) ?? []
    const read = slug === undefined ? undefined : safeParse(jurisdictionDocument, document)
    return slug !== undefined && read?.success ? [{ ...read.output, slug, boundary: [] }] : []
  })
  const own = safeParse(regionDocument, values.get('region.yaml'))
  const catalogue = safeParse(servicesDocument, values.get('services.yaml'))
  const documents = {
    ...base,
    jurisdictions,
    ...(own.success && { region: own.output }),
    ...(catalogue.success && { services: catalogue.output.services }),
  }
  const issues = [...checkJurisdictions(region, documents, knownNames(documents))]
  return issues.filter(issue => issue.file === file && isError(issue) && issue.path.length > 0)
}
