import * as v from 'valibot'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'

/* Whether a host proves that it belongs to a region: by a file that it serves, or by a DNS record. */

export type CheckResult = 'proved' | 'other-text' | 'not-found' | 'no-answer'

export interface HostCheck {
  readonly file: CheckResult
  readonly dns: CheckResult
}

export function proofFile(host: string, token: string): string {
  return `https://${host}/.well-known/countyline-${token}.txt`
}

export function proofRecord(host: string): string {
  return `_countyline.${host}`
}

/** Asks the host and the resolver, for ten seconds at most. */
export async function checkHost(platform: Platform, host: string, token: string): Promise<HostCheck> {
  const file = proofFile(host, token)
  const [secure, plain, dns] = await Promise.all([
    unlessAway(() => checkFile(platform, file, token)),
    // A new name may have no certificate yet.
    unlessAway(() => checkFile(platform, file.replace('https:', 'http:'), token)),
    unlessAway(() => checkRecord(platform, host, token)),
  ])
  return { file: better(secure, plain), dns }
}

const byWorth: readonly CheckResult[] = ['proved', 'other-text', 'not-found', 'no-answer']

function better(one: CheckResult, other: CheckResult): CheckResult {
  return byWorth.find(result => result === one || result === other) ?? one
}

async function unlessAway(check: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check()
  } catch (error) {
    if (asProblem(error).slug === 'partner-unavailable') return 'no-answer'
    throw error
  }
}

async function checkFile({ outbound }: Platform, url: string, token: string): Promise<CheckResult> {
  const { status, text } = await outbound.ask(url)
  if (status === 200) return text.trim() === token ? 'proved' : 'other-text'
  return status >= 500 ? 'no-answer' : 'not-found'
}

const TXT = 16
const FOUND = 0
const NO_SUCH_NAME = 3

const dnsAnswer = v.object({
  Status: v.number(),
  Answer: v.optional(v.array(v.object({ type: v.number(), data: v.string() })), []),
})

async function checkRecord(
  { outbound, dnsResolverUrl }: Platform,
  host: string,
  token: string,
): Promise<CheckResult> {
  const url = new URL(dnsResolverUrl)
  url.searchParams.set('name', proofRecord(host))
  url.searchParams.set('type', 'TXT')
  const { status, text } = await outbound.ask(url.href, { headers: { accept: 'application/dns-json' } })
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), dnsAnswer), text)
  if (status !== 200 || !read.success) return 'no-answer'
  const { Status, Answer } = read.output
  if (Status !== FOUND && Status !== NO_SUCH_NAME) return 'no-answer'
  const texts = Answer.filter(({ type }) => type === TXT).map(({ data }) => recordText(data))
  if (texts.length === 0) return 'not-found'
  return texts.includes(token) ? 'proved' : 'other-text'
}

// Most resolvers write its strings as a zone file does, in quotes (RFC 1035 § 5.1); some write them plainly.
function recordText(data: string): string {
  const strings = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, string = '']) => string)
  return (strings.length > 0 ? strings.join('') : data).trim()
}
