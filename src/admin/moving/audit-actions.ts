import { defineAuditAction } from '../../core/audit-actions.ts'

type OfImport = { readonly import: string }

export const importUploaded = defineAuditAction<OfImport>('import-uploaded', 'audit-import-uploaded')
export const importStarted = defineAuditAction<OfImport>('import-started', 'audit-import-started')
export const importCancelled = defineAuditAction<OfImport>('import-cancelled', 'audit-import-cancelled')
export const rejectsDownloaded = defineAuditAction<OfImport>(
  'import-rejects-downloaded',
  'audit-import-rejects-downloaded',
)

export const importActions = [importUploaded, importStarted, importCancelled, rejectsDownloaded] as const
