declare module 'cloudflare:test' {
  export const env: Readonly<Record<string, unknown>>
}

declare module 'cloudflare:workers' {
  /** The worker as a service: each `fetch` is a separate request. */
  export const exports: { readonly default: { fetch(url: string, init?: RequestInit): Promise<Response> } }
}
