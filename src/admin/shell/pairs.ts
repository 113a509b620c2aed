/* A record of texts, as lines that people type: `key = value`. */

export function pairLines(record: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(record).map(([key, value]) => `${key} = ${String(value)}`)
}

/** A line without a value has an empty one, which the check of the document refuses. */
export function readPairs(text: string): Readonly<Record<string, string>> | undefined {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  if (lines.length === 0) return undefined
  return Object.fromEntries(
    lines.map(line => {
      const [key = '', ...value] = line.split('=')
      return [key.trim(), value.join('=').trim()]
    }),
  )
}
