import { defineAuditAction } from '../core/audit-actions.ts'

export const grantMade = defineAuditAction<{
  readonly grant: string
  readonly staff: string
  readonly role: string
  readonly services: readonly string[] | null
}>('grant-made', 'audit-grant-made')

export const grantEnded = defineAuditAction<{
  readonly grant: string
  readonly staff: string
  readonly role: string
}>('grant-ended', 'audit-grant-ended')

export const linkGiven = defineAuditAction<{ readonly staff: string }>('link-given', 'audit-link-given')

export const sessionsEnded = defineAuditAction<{ readonly staff: string }>(
  'sessions-ended',
  'audit-sessions-ended',
)

export const keyMade = defineAuditAction<{
  readonly key: string
  readonly kind: 'key' | 'client'
  readonly scope: string
}>('key-made', 'audit-key-made')

export const keyRevoked = defineAuditAction<{ readonly key: string }>('key-revoked', 'audit-key-revoked')

export const identityAuditActions = [
  grantMade,
  grantEnded,
  linkGiven,
  sessionsEnded,
  keyMade,
  keyRevoked,
] as const
