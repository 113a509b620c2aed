import { defineAuditAction } from '../core/audit-actions.ts'

export const configured = defineAuditAction<{ readonly version: number }>('configured', 'audit-configured')

export const exported = defineAuditAction('exported', 'audit-exported')
