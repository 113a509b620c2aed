import { problem } from '../core/problem.ts'

/** Text in UTF-16 by its byte order mark, in the encoding that XML declares, or in UTF-8. Throws `bad-request`. */
export function declaredText(bytes: Uint8Array): string {
  const [first, second] = bytes
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  const [, declared = 'utf-8'] = /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)/.exec(head) ?? []
  const marked =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : undefined
  const encoding = marked ?? declared
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw problem('bad-request', { detail: `The file is not text in ${encoding}. Save it as UTF-8.` })
  }
}
