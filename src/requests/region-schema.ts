import { sql } from 'drizzle-orm'
import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { closeReasons, statuses } from './schema.ts'

/** A copy of public fields only, for the shared map and list. */
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

/** Claimed before the report is filed, so a photo may be kept in vain but is never lost. */
export const waitingPhoto = sqliteTable(
  'waiting_photo',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    bytes: integer('bytes').notNull(),
    createdAt: integer('created_at').notNull(),
    claimedAt: integer('claimed_at'),
    /** The report or its submission; the same may claim again. */
    claimedBy: text('claimed_by'),
    keeper: text('keeper'),
    /** Keyed hash of the network address or program. */
    caller: text('caller'),
  },
  table => [
    index('waiting_photo_caller').on(table.caller, table.createdAt, table.claimedAt, table.bytes),
    index('waiting_photo_unclaimed').on(table.createdAt, table.bytes).where(sql`claimed_at IS NULL`),
  ],
)
