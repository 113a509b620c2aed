import type { ParticularsColumn } from './particulars.ts'

/** What is wrong with a row; each has a text `municipality-issue-<code>` on pages. */
export const rowIssueTexts = {
  'no-name': 'It has no name',
  'name-invalid': 'The name cannot be used',
  formula: 'It begins like a formula of a spreadsheet',
  'twice-in-table': 'Another row has the same',
  'slug-invalid': 'Use a–z, 0–9 and single hyphens inside',
  'slug-taken': 'It belongs to another body of the region',
  'kind-invalid': 'Use municipality, county, special district or agency',
  'code-invalid': 'Use 2 to 4 capital letters',
  'code-taken': 'Another jurisdiction has this code',
  'email-invalid': 'It is not an email address',
  'phone-invalid': 'It is not a telephone number',
  'url-invalid': 'It is not a web address that begins with https://',
  'hours-invalid': 'It cannot be read for certain. Write them as Mon-Fri 8:00-17:00; Sat 9:00-12:00',
  'timezone-invalid': 'It is not a time zone such as America/New_York',
  'host-invalid': 'It is not a host name such as 311.city.example',
  'host-taken': 'The host belongs to another jurisdiction or region',
  'language-missing': 'The region has no pages in this language',
  'boundary-missing': 'The boundary file has no area of this name',
  'boundary-ambiguous': 'Several areas of the boundary file could be meant',
  'boundary-twice': 'Another row has the same area',
  'boundary-refused': 'The area cannot be used',
  'boundary-elsewhere': 'Its present boundary lies elsewhere',
} as const

export type RowIssueCode = keyof typeof rowIssueTexts

export interface RowIssue {
  readonly code: RowIssueCode
  /** A warning leaves the row usable. */
  readonly severity: 'error' | 'warning'
  readonly column?: ParticularsColumn | undefined
  /** What was written, or why an area was refused; of people's own words, at most a line. */
  readonly detail?: string | undefined
}

export function rowError(code: RowIssueCode, column?: ParticularsColumn, detail?: string): RowIssue {
  return { code, severity: 'error', column, detail: detail?.slice(0, 200) }
}
