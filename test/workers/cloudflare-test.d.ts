declare module 'cloudflare:test' {
  /** The bindings of `wrangler.toml`, on Miniflare. */
  export const env: Readonly<Record<string, unknown>>
}
