import type { Capability } from '../capability.ts'
import { workspacePages } from './pages.tsx'

/** Pages on which staff work. */
export const workspace: Capability = {
  name: 'workspace',
  routes: [{ at: '/', app: workspacePages }],
}
