import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { DocumentValue } from '../regions/documents/export.ts'
import type { RehearsalProgress } from './rehearsal/progress.ts'

// Changes that are being prepared, beside the configuration in force.

export const draftStates = ['open', 'applied', 'discarded'] as const

export const draft = sqliteTable('draft', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  /** The version that its documents replace parts of. */
  base: integer('base').notNull(),
  state: text('state', { enum: draftStates }).notNull().default('open'),
  /** Counts what was saved in it. */
  revision: integer('revision').notNull().default(0),
  /** Once it is applied, the hash of the documents that came of it. */
  hash: text('hash'),
  /** `staff:<id>`, as are the others. */
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: integer('changed_at').notNull(),
})

export const draftDocument = sqliteTable(
  'draft_document',
  {
    draft: text('draft').notNull(),
    /** As in a region's folder: `region.yaml`, `<slug>/boundary.geojson`. */
    file: text('file').notNull(),
    /** What the file would hold; null, as JSON: it is removed. */
    value: text('value', { mode: 'json' }).$type<DocumentValue | null>().notNull(),
    /** The draft's revision at which it was saved. */
    revision: integer('revision').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  table => [primaryKey({ columns: [table.draft, table.file] })],
)

/** The rehearsal of a draft. One of an earlier revision is out of date. */
export const draftRehearsal = sqliteTable('draft_rehearsal', {
  draft: text('draft').primaryKey(),
  /** The draft's revision, and the version in force, that it compares. */
  revision: integer('revision').notNull(),
  version: integer('version').notNull(),
  startedBy: text('started_by').notNull(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at'),
  progress: text('progress', { mode: 'json' }).$type<RehearsalProgress>().notNull(),
})

/** Who approved a draft, and at which revision: one that was changed since is not approved. */
export const draftApproval = sqliteTable(
  'draft_approval',
  {
    draft: text('draft').notNull(),
    revision: integer('revision').notNull(),
    by: text('by').notNull(),
    at: integer('at').notNull(),
  },
  table => [primaryKey({ columns: [table.draft, table.revision, table.by] })],
)

/** Who confirmed for its side what a draft says of an agreement. */
export const agreementConfirmation = sqliteTable(
  'agreement_confirmation',
  {
    draft: text('draft').notNull(),
    agreement: text('agreement').notNull(),
    /** A jurisdiction. */
    side: text('side').notNull(),
    /** Of the agreement as it was confirmed. */
    hash: text('hash').notNull(),
    /** Where it is on paper; null: the side confirmed it here. */
    note: text('note'),
    by: text('by').notNull(),
    at: integer('at').notNull(),
  },
  table => [primaryKey({ columns: [table.draft, table.agreement, table.side, table.hash] })],
)

/** `operator`: confirmed by the operator's command. */
export const hostProofKinds = ['file', 'dns', 'operator'] as const
export type HostProofKind = (typeof hostProofKinds)[number]

/** Host names that were proved to belong to who runs the region. */
export const hostProof = sqliteTable('host_proof', {
  host: text('host').primaryKey(),
  kind: text('kind', { enum: hostProofKinds }).notNull(),
  /** `staff:<id>` or `operator:<name>` */
  by: text('by').notNull(),
  at: integer('at').notNull(),
})

/** Drafts that are to be applied at a later time. */
export const draftSchedule = sqliteTable('draft_schedule', {
  draft: text('draft').primaryKey(),
  revision: integer('revision').notNull(),
  dueAt: integer('due_at').notNull(),
  by: text('by').notNull(),
  at: integer('at').notNull(),
  why: text('why').notNull().default(''),
  /** Why nothing was applied when the time had come. */
  failed: text('failed'),
})

/** Test sites of drafts: each is a region of its own. */
export const sandbox = sqliteTable('sandbox', {
  /** Its slug as a region. */
  region: text('region').primaryKey(),
  draft: text('draft').notNull(),
  /** The draft's revision that it shows, and the hash of its documents. */
  revision: integer('revision').notNull(),
  hash: text('hash').notNull(),
  state: text('state', { enum: ['making', 'ready', 'removing'] }).notNull(),
  /** Who started it, as staff of the test site. */
  staff: text('staff'),
  createdBy: text('created_by').notNull(),
  /** When it was asked for, or that it be deleted. */
  createdAt: integer('created_at').notNull(),
})

/** What administrators did in the region. Rows are added only. */
export const administrationLog = sqliteTable('administration_log', {
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  by: text('by').notNull(),
  /** A key of `administrationActions`. */
  action: text('action').notNull(),
  draft: text('draft'),
  /** A document, a jurisdiction, a version: what the action says it is about. */
  subject: text('subject').notNull().default(''),
})
