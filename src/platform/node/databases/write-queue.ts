export type WriteQueue = <T>(label: string, work: () => Promise<T>) => Promise<T>

/** Serializes writes per label: a libSQL server serves fewer writers the more compete for its lock. */
export function writeQueue(): WriteQueue {
  const last = new Map<string, Promise<unknown>>()
  return (label, work) => {
    const own = (last.get(label) ?? Promise.resolve()).then(work)
    const ended = own
      .catch(() => undefined)
      .finally(() => {
        if (last.get(label) === ended) last.delete(label)
      })
    last.set(label, ended)
    return own
  }
}
