import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { shippedMigrations } from '../../core/database/shipped.ts'
import { applyKind, continueApply } from './apply.ts'

// A run ends before its lease does, and asks for no more than a Worker may: three or four calls for each database.
const RUN_MILLISECONDS = 20_000
const DATABASES_IN_A_RUN = 100
// So that the runs of one batch of jobs end, and others have their turn.
const PAUSE_MILLISECONDS = 1_000

export const applyJob = defineJob(applyKind, {
  retryPolicy: RETRY_ALWAYS,
  region: async (platform, { region }) => {
    const until = platform.clock.now() + RUN_MILLISECONDS
    const preparing = { until, limit: DATABASES_IN_A_RUN }
    const { nextAt } = await continueApply(platform, shippedMigrations(), region, preparing)
    return nextAt && Math.max(nextAt, platform.clock.now() + PAUSE_MILLISECONDS)
  },
})
