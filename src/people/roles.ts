import type { Right } from '../core/access.ts'

/** What a jurisdiction may let a person be. */
export const roles = ['administrator', 'supervisor', 'agent', 'field-crew', 'auditor'] as const
export type Role = (typeof roles)[number]

/** What each may do, in the jurisdiction that granted it. */
export const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  administrator: ['read', 'contacts', 'notes', 'change', 'handoffs', 'decide', 'grants', 'keys', 'audit'],
  supervisor: ['read', 'contacts', 'notes', 'change', 'handoffs', 'decide'],
  agent: ['read', 'contacts', 'notes', 'change', 'handoffs'],
  'field-crew': ['read', 'notes', 'change'],
  auditor: ['read', 'contacts', 'notes', 'audit'],
}

/** What a program's key is for: `report` is the open-data client's. */
export const scopes = ['report', 'read', 'work', 'audit'] as const
export type Scope = (typeof scopes)[number]

export const rightsOfScope: Readonly<Record<Scope, readonly Right[]>> = {
  report: ['report'],
  read: ['read'],
  work: ['report', 'read', 'contacts', 'notes', 'change', 'handoffs', 'decide'],
  audit: ['audit'],
}
