declare module 'cloudflare:workers' {
  /** Lets work outlive the answer of whichever request is being served. */
  export function waitUntil(work: Promise<unknown>): void
}
