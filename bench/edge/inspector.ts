export interface Heap {
  /** Objects, and the bytes of their arrays. */
  readonly used: number
  /** What V8 has reserved for them. */
  readonly reserved: number
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly context?: { readonly id: number } }
  readonly result?: Readonly<Record<string, number>>
  readonly error?: { readonly message: string }
}

/**
 * Asks the inspector of one worker for the memory of its isolate, in bytes. To collect garbage first needs workerd's
 * V8 flag `--expose-gc`: the inspector's own method does not return there.
 */
export async function inspectedHeap(port: number, worker: string, collect: boolean): Promise<Heap> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${worker}`)
  const listeners = new Set<(message: Message) => void>()
  socket.addEventListener('message', ({ data }) => {
    for (const listener of listeners) listener(JSON.parse(String(data)) as Message)
  })
  const until = <T>(found: (message: Message) => T | undefined) =>
    new Promise<T>(resolve => {
      const listener = (message: Message) => {
        const value = found(message)
        if (value === undefined) return
        listeners.delete(listener)
        resolve(value)
      }
      listeners.add(listener)
    })
  let last = 0
  const call = async (method: string, params: object = {}) => {
    const id = ++last
    const answered = until(message => (message.id === id ? message : undefined))
    socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answered
    if (result === undefined) throw new Error(`${method}: ${error?.message}`)
    return result
  }
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error('no inspector answers')), { once: true })
  })
  try {
    if (collect) {
      const context = until(({ params }) => params?.context?.id)
      await call('Runtime.enable')
      await call('Runtime.evaluate', { expression: 'gc()', contextId: await context })
    }
    const { usedSize = 0, totalSize = 0, backingStorageSize = 0 } = await call('Runtime.getHeapUsage')
    return { used: usedSize + backingStorageSize, reserved: totalSize + backingStorageSize }
  } finally {
    socket.close()
  }
}
