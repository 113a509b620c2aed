import type { Documents } from '../../regions/documents/snapshot.ts'

/**
 * The documents of a test site: without anything by which it could reach others, or others it. Hosts are the real
 * region's; partners get nothing; addresses are searched in the region's own data; people sign in by email.
 */
export function sandboxDocuments(documents: Documents): Documents {
  const { demonstration: _, region, jurisdictions, ...rest } = documents
  const {
    jurisdictionHosts: _hosts,
    geocoders: _geocoders,
    email: _email,
    approval: _approval,
    ...kept
  } = region
  return {
    ...rest,
    region: {
      ...kept,
      name: `${region.name.slice(0, MAX_NAME)} (TEST)`,
      hosts: [],
      partners: (region.partners ?? []).map(partner => {
        const { email: _email, open311: _open311, pollEvery: _poll, ...shown } = partner
        return { ...shown, forward: 'none' as const }
      }),
    },
    jurisdictions: jurisdictions.map(jurisdiction => {
      const { signIn: _signIn, acceptSignInsFrom: _others, ...shown } = jurisdiction
      return shown
    }),
  }
}

const MAX_NAME = 190
