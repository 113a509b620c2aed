/** Where a value stands in a document: keys and indices from its root. */
export type Path = readonly (string | number)[]

export interface Position {
  /** From 1. */
  readonly line: number
  readonly column: number
}

/** Something to mend in a region's documents. An error refuses the whole; a warning is told and passes. */
export interface Fault extends Position {
  readonly severity: 'error' | 'warning'
  /** Path inside the region's folder, such as `lake-county/jurisdiction.yaml`. */
  readonly file: string
  /** What is wrong. */
  readonly message: string
  /** What to do about it. */
  readonly mend: string
}

/** A fault by its place in the document, before its line is known. */
export interface Finding extends Omit<Fault, keyof Position> {
  readonly path: Path
}

export const isError = (fault: { readonly severity: Fault['severity'] }) => fault.severity === 'error'

/** One line for people: `services.yaml:12:9: error: … (mend)`. */
export function faultLine(fault: Fault): string {
  return `${fault.file}:${fault.line}:${fault.column}: ${fault.severity}: ${fault.message}. ${fault.mend}.`
}
