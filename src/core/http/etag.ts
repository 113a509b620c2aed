/** Whether `If-None-Match` names the tag. A proxy that compresses makes a tag weak (RFC 9110 § 13.1.2). */
export function hasETag(ifNoneMatch: string | null | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
