import * as v from 'valibot'

/** https://developers.cloudflare.com/api: what a worker is bound to, made where it is missing. */
export interface Cloudflare {
  /** Throws if the token does not open the account. */
  checkAccess(): Promise<void>
  /** Whether it was made just now. */
  addBucket(name: string): Promise<boolean>
  addQueue(name: string): Promise<boolean>
}

const answerForm = v.object({
  success: v.boolean(),
  errors: v.optional(v.array(v.object({ code: v.number(), message: v.string() })), []),
  result: v.unknown(),
})
type Answer = v.InferOutput<typeof answerForm> & { readonly status: number }

const TIMEOUT_MILLISECONDS = 30_000
const BASE = 'https://api.cloudflare.com/client/v4'

export function cloudflareAccount(
  account: string,
  token: string,
  base = process.env.CLOUDFLARE_API_BASE_URL ?? BASE,
): Cloudflare {
  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${base}/accounts/${account}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    }).catch(() => {
      throw new Error('Cloudflare does not answer. Check the network, and run the command again.')
    })
    const read = v.safeParse(answerForm, await response.json().catch(() => undefined))
    if (!read.success) throw new Error(`Cloudflare answered ${response.status} to ${method} ${path}.`)
    if (response.status === 401 || response.status === 403) {
      throw new Error(
        `Cloudflare refuses the token for ${path.split(/[/?]/)[0]}. Give CLOUDFLARE_API_TOKEN the permissions that docs/deploy.md lists.`,
      )
    }
    return { ...read.output, status: response.status }
  }
  const described = ({ errors, status }: Answer) =>
    errors.map(({ code, message }) => `${message} (${code})`).join('; ') || String(status)
  const add = async (path: string, body: object, isThere: () => Promise<boolean>): Promise<boolean> => {
    if (await isThere()) return false
    const answer = await call('POST', path, body)
    // Somebody else may have made it meanwhile.
    if (answer.success || (await isThere())) return answer.success
    throw new Error(`Cloudflare could not make ${Object.values(body)}: ${described(answer)}`)
  }
  return {
    async checkAccess() {
      const answer = await call('GET', 'workers/subdomain')
      if (!answer.success && answer.status >= 500)
        throw new Error(`Cloudflare answered ${described(answer)}. Run the command again.`)
    },
    addBucket: name =>
      add('r2/buckets', { name }, async () => (await call('GET', `r2/buckets/${name}`)).success),
    addQueue: name =>
      add('queues', { queue_name: name }, async () => {
        const { result } = await call('GET', `queues?name=${name}`)
        const queues = v.safeParse(v.array(v.object({ queue_name: v.string() })), result)
        return queues.success && queues.output.some(queue => queue.queue_name === name)
      }),
  }
}
