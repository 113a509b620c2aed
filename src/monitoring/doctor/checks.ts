import { databases, recurring, work } from './databases.ts'
import type { Check } from './examine.ts'
import { holidays, hosts, issuers, partnerSecrets } from './regions.ts'
import { anchors, email, keptConfiguration, storage, textMessages } from './services.ts'
import { addresses, bindings, certificate, clock, secrets } from './settings.ts'

/** In the order in which they are shown. */
export const checks: readonly Check[] = [
  bindings,
  addresses,
  certificate,
  secrets,
  partnerSecrets,
  clock,
  databases,
  recurring,
  work,
  storage,
  keptConfiguration,
  email,
  textMessages,
  issuers,
  hosts,
  holidays,
  anchors,
]
