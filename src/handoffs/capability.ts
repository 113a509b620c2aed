import type { Capability } from '../capability.ts'
import { agreementEndJob, autoTransferJob, returnTransferJob } from './automatic/auto-transfer.ts'
import { rerouteJob } from './automatic/reroute.ts'
import { syncOriginJob } from './automatic/sync-origin.ts'
import { timeoutJob } from './automatic/timeout.ts'
import { transferAfterRerouteJob } from './automatic/transfer-after-reroute.ts'
import { courierJob } from './courier/courier.ts'
import { messageGauges } from './courier/gauges.ts'
import { duplicateApi } from './duplicates/routes.ts'
import { handoffEvents } from './events.ts'
import { handoffApi } from './routes.ts'
import { includedHandoffs, includedUndelivered } from './view.ts'
import { withdrawOffersOf } from './withdraw.ts'

/** Custody of a case: offers, answers and transfers between jurisdictions, and duplicates across them. */
export const handoffs: Capability = {
  name: 'handoffs',
  api: [...handoffApi, ...duplicateApi],
  jobs: () => [
    courierJob,
    syncOriginJob,
    timeoutJob,
    transferAfterRerouteJob,
    rerouteJob,
    autoTransferJob,
    returnTransferJob,
    agreementEndJob,
  ],
  events: handoffEvents,
  gauges: messageGauges,
  exportedTables: ['handoff', 'inbox', 'message'],
  includedInRequest: [includedHandoffs, includedUndelivered],
  onClosing: withdrawOffersOf,
}
