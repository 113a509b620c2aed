export type DocumentPath = readonly (string | number)[]

export interface SourcePosition {
  readonly line: number
  readonly column: number
}

/** An error refuses all documents of the region; a warning is only reported. */
export interface DocumentIssue extends SourcePosition {
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly message: string
  readonly repair: string
}

export interface IssueAtPath extends Omit<DocumentIssue, keyof SourcePosition> {
  readonly path: DocumentPath
}

export const isError = (issue: { readonly severity: DocumentIssue['severity'] }) => issue.severity === 'error'

/** One line for people: `services.yaml:12:9: error: … (repair)`. */
export function formatIssue(issue: DocumentIssue): string {
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.severity}: ${issue.message}. ${issue.repair}.`
}
