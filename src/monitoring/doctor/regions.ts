import type { SecretOwner } from '../../core/encryption/secret-names.ts'
import { hasProvider, issuerOf } from '../../identity/federation/issuers.ts'
import type { Platform } from '../../platform/platform.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentHosts, currentRegion } from '../../regions/runtime/current.ts'
import { endOfHolidays } from '../../regions/runtime/holidays.ts'
import { type Check, each, type Finding, fault, named, ok, reasonOf, warning } from './examine.ts'
import { certificateFinding } from './settings.ts'

const AT_ONCE = 8

async function allRegions(platform: Platform): Promise<readonly Region[]> {
  const { regions } = await currentHosts(platform)
  return each([...regions], AT_ONCE, slug => currentRegion(platform, slug))
}

export const hosts: Check = {
  name: 'hosts',
  async run(platform) {
    const { hosts, regions } = await currentHosts(platform)
    if (regions.size === 0) {
      const mend =
        'Open the site and enter the set-up code: the server prints it as it starts, or it is SETUP_CODE, or countyline setup-code makes one.'
      return [warning('There is no region yet.', mend)]
    }
    const findings: Finding[] = []
    for (const { slug, documents } of await allRegions(platform)) {
      const { hosts: own, jurisdictionHosts = {} } = documents.region
      for (const host of [...own, ...Object.keys(jurisdictionHosts)].map(name => name.toLowerCase())) {
        const holder = hosts.get(host)?.region
        if (holder !== undefined && holder !== slug) {
          const mend = 'Remove the host from the documents of one of them, and apply both.'
          findings.push(fault(`${slug} and ${holder} both claim the host ${host}.`, mend))
        }
      }
    }
    const every = hosts.get('*')
    if (every !== undefined && hosts.size > 1) {
      const mend = 'Name its hosts in its region.yaml, unless that is meant.'
      findings.push(warning(`${every.region} answers for every host that nobody else claims.`, mend))
    }
    return findings.length > 0 ? findings : [ok(`${hosts.size} hosts lead to one region each.`)]
  },
}

export const holidays: Check = {
  name: 'holidays',
  async run(platform) {
    const now = platform.clock.now()
    const ending = (await allRegions(platform)).flatMap(region =>
      region.documents.jurisdictions
        .filter(each => endOfHolidays(each, localDay(now, region.calendar(each.slug).zone)) !== undefined)
        .map(({ slug }) => `${region.slug}--${slug}`),
    )
    if (ending.length === 0) return [ok('Every list of holidays goes on for 90 days.')]
    const mend = 'Add the next year’s holidays to jurisdiction.yaml, and apply.'
    return [warning(`Lists of holidays end within 90 days: ${named(ending)}.`, mend)]
  },
}

interface NamedSecret {
  readonly owner: SecretOwner
  readonly name: string
}

function secretsNamedBy({ slug: region, documents }: Region): NamedSecret[] {
  const { partners = [], geocoders = [] } = documents.region
  return [
    ...documents.jurisdictions.flatMap(({ slug, signIn }) =>
      signIn?.clientSecret === undefined
        ? []
        : [{ owner: { purpose: 'OIDC', region, body: slug } as const, name: signIn.clientSecret }],
    ),
    ...partners.flatMap(({ id, open311 }) =>
      open311?.keySecret === undefined
        ? []
        : [{ owner: { purpose: 'PARTNER', region, body: id } as const, name: open311.keySecret }],
    ),
    ...geocoders.flatMap(({ kind, keySecret }) =>
      keySecret === undefined
        ? []
        : [{ owner: { purpose: 'GEOCODER', region, body: kind } as const, name: keySecret }],
    ),
  ]
}

/** Those that documents name. */
export const partnerSecrets: Check = {
  name: 'secrets of documents',
  async run(platform) {
    const all = (await allRegions(platform)).flatMap(secretsNamedBy)
    const missing = all.filter(({ owner, name }) => platform.secrets.ownedBy(owner, name) === undefined)
    return missing.length === 0
      ? [ok(`${all.length} secrets that documents name are set.`)]
      : missing.map(({ name }) =>
          fault(`${name} is not set.`, `Set it, or remove it from the document of its owner.`),
        )
  },
}

/** Sign-in providers: their discovery document and keys. */
export const issuers: Check = {
  name: 'sign-in providers',
  within: 30_000,
  async run(platform) {
    const all = (await allRegions(platform)).flatMap(({ documents }) =>
      documents.jurisdictions.filter(hasProvider).map(({ signIn }) => issuerOf(signIn)),
    )
    const distinct = [...new Set(all)]
    const found = await each(distinct, AT_ONCE, async issuer => [
      await issuerFinding(platform, issuer),
      await certificateFinding(platform, issuer),
    ])
    const findings = found.flat().filter(finding => finding !== undefined)
    return findings.length > 0 ? findings : [ok('No jurisdiction has one.')]
  },
}

async function issuerFinding({ outbound }: Platform, issuer: string): Promise<Finding> {
  const { host } = new URL(issuer)
  const mend = 'Ask whoever runs it; until then its staff cannot sign in.'
  try {
    const metadata = await readJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const { jwks_uri: keysAt } = metadata as { readonly jwks_uri?: unknown }
    if (typeof keysAt !== 'string') return fault(`${host} does not say where its keys are.`, mend)
    const { keys } = (await readJson(keysAt)) as { readonly keys?: unknown }
    if (!Array.isArray(keys) || keys.length === 0) return fault(`${host} has no keys.`, mend)
    return ok(`${host} answers, with ${keys.length} keys.`)
  } catch (error) {
    return fault(`${host} cannot be used: ${reasonOf(error)}`, mend)
  }

  async function readJson(url: string): Promise<unknown> {
    const answer = await outbound.fetch(url, { headers: { accept: 'application/json' } })
    if (!answer.ok) throw Object.assign(new Error(), { code: answer.status })
    return answer.json()
  }
}
