import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { closeReasons, statuses } from './schema.ts'

/* In the region's database: the public fields of every jurisdiction's public requests, for the shared map and list. */
export const publicRequest = sqliteTable(
  'public_request',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    jurisdiction: text('jurisdiction').notNull(),
    id: text('id').notNull().unique(),
    version: integer('version').notNull(),
    serviceCode: text('service_code').notNull(),
    serviceName: text('service_name').notNull(),
    status: text('status', { enum: statuses }).notNull(),
    closeReason: text('close_reason', { enum: closeReasons }),
    statusNotes: text('status_notes'),
    description: text('description').notNull(),
    address: text('address'),
    addressId: text('address_id'),
    zipcode: text('zipcode'),
    lat: real('lat'),
    long: real('long'),
    agencyResponsible: text('agency_responsible').notNull(),
    media: text('media'),
    mediaUrl: text('media_url'),
    requestedAt: integer('requested_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    expectedAt: integer('expected_at'),
    closedAt: integer('closed_at'),
  },
  table => [
    index('public_newest').on(table.requestedAt, table.seq),
    index('public_updated').on(table.updatedAt, table.seq),
    index('public_jurisdiction').on(table.jurisdiction, table.requestedAt, table.seq),
    index('public_service').on(table.serviceCode, table.requestedAt, table.seq),
  ],
)

/**
 * Photos sent before the report that names them: which jurisdiction will keep it is not settled yet. Claimed first and
 * filed second, so a photo can be kept in vain but never lost.
 */
export const waitingPhoto = sqliteTable('waiting_photo', {
  id: text('id').primaryKey(),
  type: text('type').notNull(),
  bytes: integer('bytes').notNull(),
  createdAt: integer('created_at').notNull(),
  claimedAt: integer('claimed_at'),
})
