/**
 * The one way to fail. `throw problem('service-closed', { … })`; the front door renders it as RFC 9457 JSON,
 * an HTML page or Open311's error list, by route family.
 */
const problems = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  'invalid-fields': { status: 400, title: 'Some answers need mending' },
  'bad-location': { status: 400, title: 'The location cannot be used' },
  'jurisdiction-missing': { status: 400, title: 'Say which jurisdiction' },
  'sign-in-needed': { status: 401, title: 'Sign in first' },
  'sign-in-failed': { status: 403, title: 'The sign-in did not succeed' },
  'prove-again': { status: 401, title: 'Prove again that it is you' },
  'key-refused': { status: 403, title: 'The API key is missing, wrong or not allowed here' },
  'not-allowed': { status: 403, title: 'You may not do this' },
  'cross-site': { status: 403, title: 'Sent from another site' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-jurisdiction': { status: 404, title: 'No such jurisdiction' },
  'unknown-service': { status: 404, title: 'No such service' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'changed-meanwhile': { status: 409, title: 'Somebody else changed it first' },
  'wrong-state': { status: 409, title: 'Not possible in its present state' },
  'key-reused': { status: 409, title: 'This idempotency key was used for something else' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media': { status: 415, title: 'This kind of file or content is not accepted' },
  'jurisdiction-left': { status: 409, title: 'This jurisdiction has left' },
  'too-many-requests': { status: 429, title: 'Too many requests in a short time' },
  'service-closed': { status: 422, title: 'This service is not offered here' },
  fault: { status: 500, title: 'Something went wrong on our side' },
  'wrong-database': { status: 500, title: 'Something went wrong on our side' },
  'not-configured': { status: 503, title: 'Not set up on this server' },
  'partner-away': { status: 502, title: 'A partner’s server did not answer as it should' },
  'sms-away': { status: 503, title: 'The provider of text messages does not answer' },
  'mail-away': { status: 503, title: 'The mail server does not answer' },
  'database-away': { status: 503, title: 'Not available at this moment' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemSlug = keyof typeof problems

export function statusOf(slug: ProblemSlug): number {
  return problems[slug].status
}

/** One field to mend. `code` names a message `fault-<code>` of the catalogues, filled with `params`. */
export interface FieldFault {
  readonly field: string
  readonly code: FaultCode
  readonly params?: Readonly<Record<string, string | number>>
}

export type FaultCode =
  | 'required'
  | 'too-long'
  | 'not-a-number'
  | 'not-a-date'
  | 'in-the-future'
  | 'in-the-past'
  | 'not-an-option'
  | 'not-an-email'
  | 'not-a-url'
  | 'out-of-range'
  | 'swapped'
  | 'pair'
  | 'outside'
  | 'one-line'
  | 'control-characters'
  | 'unknown'
  | 'malformed'
  | 'too-many'
  | 'not-offered'
  | 'not-an-address'
  | 'wrong-code'
  | 'not-claimable'

export interface ProblemDetails {
  /** What to mend, in plain words. Never SQL, secrets or personal data. */
  readonly detail?: string
  readonly fields?: readonly FieldFault[]
  /** How the thing stands now, for whoever came too late. */
  readonly state?: string
  readonly retryAfterSeconds?: number
  /** Logged, never shown. */
  readonly cause?: unknown
}

export class Problem extends Error {
  readonly slug: ProblemSlug
  readonly detail: string | undefined
  readonly fields: readonly FieldFault[]
  readonly state: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(slug: ProblemSlug, details: ProblemDetails = {}) {
    super(details.detail ?? problems[slug].title, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'Problem'
    this.slug = slug
    this.detail = details.detail
    this.fields = details.fields ?? []
    this.state = details.state
    this.retryAfterSeconds = details.retryAfterSeconds
  }

  get status() {
    return problems[this.slug].status
  }

  get title(): string {
    return problems[this.slug].title
  }
}

export function problem(slug: ProblemSlug, details?: ProblemDetails): Problem {
  return new Problem(slug, details)
}

/** Whatever was thrown, as a problem; the query builder wraps what the database layer throws. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Error && error.cause instanceof Problem) return error.cause
  return problem('fault', { cause: error })
}
