/** A page without the nonce of its response, to compare it with another. */
export function withoutNonce(page: string): string {
  return page.replaceAll(/ nonce="[^"]+"/g, '')
}
