// What the app consists of.

export { audit } from './audit/capability.ts'
export { citizen } from './citizen/capability.ts'
export { handoffs } from './handoffs/capability.ts'
export { identity } from './identity/capability.ts'
export { notify } from './notify/capability.ts'
export { open311 } from './open311/capability.ts'
export { partners } from './partners/capability.ts'
export { regions } from './regions/capability.ts'
export { requests } from './requests/capability.ts'
export { residents } from './residents/capability.ts'
export { signIn } from './sign-in/capability.ts'
export { workspace } from './workspace/capability.ts'
