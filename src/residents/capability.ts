import type { Capability } from '../capability.ts'
import { downloadCases, downloadPersons } from './download.ts'
import { eraseAccountJob } from './erase.ts'

/** What a resident sees and decides about their own data. */
export const residents: Capability = {
  name: 'residents',
  jobs: registry => [eraseAccountJob(registry)],
  download: async (db, scope) => ({
    persons: await downloadPersons(db, scope),
    cases: await downloadCases(db, scope),
  }),
}
