import type { TestApp } from './app.ts'

/** A browser: it keeps cookies and follows no redirects. */
export interface Visitor {
  readonly cookies: Map<string, string>
  get(path: string): Promise<Response>
  /** Sends a form as one of our pages does. */
  post(path: string, fields?: Readonly<Record<string, string>>): Promise<Response>
  /** With several values of one name, or with files. */
  postBody(path: string, body: URLSearchParams | FormData): Promise<Response>
  read(path: string): Promise<string>
}

export function visitor(app: Pick<TestApp, 'request'>, userAgent = firefox): Visitor {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers)
    headers.set('user-agent', userAgent)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const answer = await app.request(path, { ...init, headers })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? []
      if (/max-age=0/i.test(rest)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const get = (path: string) => send(path, {})
  const postBody = (path: string, body: URLSearchParams | FormData) =>
    send(path, {
      method: 'POST',
      body,
      headers: { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    })
  return {
    cookies,
    get,
    postBody,
    post: (path, fields = {}) => postBody(path, new URLSearchParams(fields)),
    read: async path => (await get(path)).text(),
  }
}

export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

export function leadsTo(answer: Response): string {
  return answer.headers.get('location') ?? ''
}
