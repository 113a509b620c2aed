// The one way to fail: `throw problem('service-closed', { … })`. It is rendered as RFC 9457 JSON, an HTML
// page or Open311's error list, by route family.
const problems = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  'invalid-fields': { status: 400, title: 'Some fields are not valid' },
  'bad-location': { status: 400, title: 'The location cannot be used' },
  'jurisdiction-missing': { status: 400, title: 'A jurisdiction is required' },
  'sign-in-needed': { status: 401, title: 'Sign in to continue' },
  'sign-in-failed': { status: 403, title: 'Sign-in failed' },
  'other-sign-in-needed': { status: 401, title: 'Sign in another way' },
  'step-up-required': { status: 401, title: 'Confirm that it is you' },
  'key-refused': { status: 403, title: 'The API key is missing, wrong or not allowed here' },
  'not-allowed': { status: 403, title: 'You do not have access' },
  'cross-site': { status: 403, title: 'The form came from another website' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-host': { status: 404, title: 'There is no site at this address' },
  'unknown-jurisdiction': { status: 404, title: 'Jurisdiction not found' },
  'unknown-service': { status: 404, title: 'Service not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'changed-meanwhile': { status: 409, title: 'Someone else made a change first' },
  'wrong-state': { status: 409, title: 'Not possible in the current status' },
  'key-reused': { status: 409, title: 'This idempotency key was used for another request' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media': { status: 415, title: 'Unsupported file or content type' },
  'damaged-photo': { status: 415, title: 'The photo is damaged' },
  'jurisdiction-left': { status: 409, title: 'This jurisdiction no longer uses this site' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'service-closed': { status: 422, title: 'This service is not available here' },
  fault: { status: 500, title: 'There is a problem on our side' },
  'wrong-database': { status: 500, title: 'There is a problem on our side' },
  'not-configured': { status: 503, title: 'Not set up on this server' },
  'partner-unavailable': { status: 502, title: 'A partner’s server did not answer correctly' },
  'partner-refused': { status: 502, title: 'A partner’s server refused the request' },
  'sms-unavailable': { status: 503, title: 'Text messages are temporarily unavailable' },
  'mail-unavailable': { status: 503, title: 'Email is temporarily unavailable' },
  'too-slow': { status: 408, title: 'The upload took too long' },
  'too-many-photos': { status: 429, title: 'Too many photos in a short time' },
  'uploads-full': { status: 503, title: 'Too many photos at once' },
  'storage-unavailable': { status: 503, title: 'Photos are temporarily unavailable' },
  'database-unavailable': { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemSlug = keyof typeof problems

export function statusOf(slug: ProblemSlug): number {
  return problems[slug].status
}

/** `code` names a message `error-<code>` of the catalogues, filled with `params`. */
export interface FieldError {
  readonly field: string
  readonly code: FieldErrorCode
  readonly params?: Readonly<Record<string, string | number>>
}

export type FieldErrorCode =
  | 'required'
  | 'taken'
  | 'too-long'
  | 'not-a-number'
  | 'not-a-date'
  | 'in-the-future'
  | 'in-the-past'
  | 'not-an-option'
  | 'not-an-email'
  | 'not-a-phone'
  | 'not-a-url'
  | 'not-a-public-url'
  | 'out-of-range'
  | 'swapped'
  | 'pair'
  | 'outside'
  | 'unknown'
  | 'misspelled'
  | 'malformed'
  | 'too-many'
  | 'not-offered'
  | 'not-an-address'
  | 'wrong-code'
  | 'not-claimable'
  | 'oneself'

export interface ProblemDetails {
  /** What to correct, in plain words. Never SQL, secrets or personal data. */
  readonly detail?: string
  readonly fields?: readonly FieldError[]
  readonly state?: string
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
  readonly logged?: LogFields
}

/** Log fields beside the cause, such as the database. Nothing personal. */
export type LogFields = Readonly<Record<string, string>>

export class Problem extends Error {
  readonly slug: ProblemSlug
  readonly detail: string | undefined
  readonly fields: readonly FieldError[]
  readonly state: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly logged: LogFields | undefined

  constructor(slug: ProblemSlug, details: ProblemDetails = {}) {
    super(details.detail ?? problems[slug].title, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'Problem'
    this.slug = slug
    this.detail = details.detail
    this.fields = details.fields ?? []
    this.state = details.state
    this.retryAfterSeconds = details.retryAfterSeconds
    this.logged = details.logged
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

/** Wraps whatever was thrown. The query builder in turn wraps problems that the database layer throws. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Error && error.cause instanceof Problem) return error.cause
  return problem('fault', { cause: error })
}
