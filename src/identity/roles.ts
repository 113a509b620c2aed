import type { Right } from '../core/access.ts'
import { staffRoles } from '../regions/documents/schemas/jurisdiction.ts'

export const roles = staffRoles
export type Role = (typeof roles)[number]

/** In the jurisdiction that granted the role. */
export const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  administrator: ['read', 'contacts', 'notes', 'change', 'handoffs', 'decide', 'grants', 'keys', 'audit'],
  supervisor: ['read', 'contacts', 'notes', 'change', 'handoffs', 'decide'],
  agent: ['read', 'contacts', 'notes', 'change', 'handoffs'],
  'field-crew': ['read', 'notes', 'change'],
  auditor: ['read', 'contacts', 'notes', 'audit'],
}

/** `report` is for open-data clients. */
export const scopes = ['report', 'read', 'work', 'audit'] as const
export type Scope = (typeof scopes)[number]

export const rightsOfScope: Readonly<Record<Scope, readonly Right[]>> = {
  report: ['report'],
  read: ['read'],
  work: ['report', 'read', 'contacts', 'notes', 'change', 'handoffs', 'decide'],
  audit: ['audit'],
}
