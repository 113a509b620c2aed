// A test site is a region of its own, with databases of its own, so that test reports never meet real ones. It is
// told by its slug, which no folder of documents and no form may choose.

const SANDBOX = /-sandbox-[a-z0-9]{6}$/
const MAX_SLUG = 48

export function isSandbox(region: string): boolean {
  return SANDBOX.test(region)
}

/** `mark`: six letters or digits, random. */
export function sandboxSlug(region: string, mark: string): string {
  const ending = `-sandbox-${mark.toLowerCase()}`
  return region.slice(0, MAX_SLUG - ending.length).replace(/-+$/, '') + ending
}
