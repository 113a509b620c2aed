import { WorkerEntrypoint } from 'cloudflare:workers'

/* Stands for the queue, which keeps the messages until it is told to deliver them, and for the KV namespace. */

interface Env {
  readonly MAIN: {
    queue(name: string, messages: readonly object[]): Promise<unknown>
  }
}

interface Waiting {
  readonly body: unknown
  readonly dueAt: number
}

let waiting: Waiting[] = []

export class Queue extends WorkerEntrypoint {
  send(body: unknown, { delaySeconds = 0 }: { readonly delaySeconds?: number } = {}): void {
    waiting.push({ body, dueAt: Date.now() + delaySeconds * 1000 })
  }
}

const snapshots = new Map<string, { readonly text: string; readonly metadata: object }>()

export class Snapshots extends WorkerEntrypoint {
  getWithMetadata(name: string) {
    return { value: null, metadata: snapshots.get(name)?.metadata ?? null }
  }

  get(name: string): string | null {
    return snapshots.get(name)?.text ?? null
  }

  put(name: string, text: string, { metadata }: { readonly metadata: object }): void {
    snapshots.set(name, { text, metadata })
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname !== '/drain') return new Response('ok')
    // What a job sends in turn is delivered too, unless it is for later.
    for (;;) {
      const due = waiting.filter(({ dueAt }) => dueAt <= Date.now())
      if (due.length === 0) return new Response('ok')
      waiting = waiting.filter(one => !due.includes(one))
      const messages = due.map(({ body }, index) => ({
        id: String(index),
        timestamp: new Date(),
        body,
        attempts: 1,
      }))
      await env.MAIN.queue('countyline-jobs', messages)
    }
  },
}
