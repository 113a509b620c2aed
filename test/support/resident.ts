/** A resident's browser: keeps cookies, sends forms, follows no redirects. Also runs in workerd. */
export class ResidentBrowser {
  readonly cookies = new Map<string, string>()
  private readonly ask: (path: string, init?: RequestInit) => Promise<Response>

  constructor(ask: (path: string, init?: RequestInit) => Promise<Response>) {
    this.ask = ask
  }

  get(path: string): Promise<Response> {
    return this.send(path)
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text()
  }

  post(path: string, fields: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  /**
   * Signs in completely: the address, then the code that `read` finds where it was sent. Returns the last
   * response.
   */
  async signIn(address: string, read: () => Promise<string> | string, to = ''): Promise<Response> {
    return this.typeCode(await this.post('/account/sign-in', { address, to }), read)
  }

  async typeCode(asked: Response, read: () => Promise<string> | string): Promise<Response> {
    return this.post(asked.headers.get('location') ?? '', { code: await read() })
  }

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ 'user-agent': 'Mozilla/5.0 (Android) Firefox/140.0' })
    // As a browser sends for a form on the page's own site.
    if (init.method === 'POST') {
      headers.set('origin', 'http://localhost')
      headers.set('sec-fetch-site', 'same-origin')
    }
    if (this.cookies.size > 0)
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const answer = await this.ask(path, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }
}

/** Eight digits, as emails and text messages write them. */
export function codeIn(text: string | undefined): string {
  const found = /\b\d{4} \d{4}\b/.exec(text ?? '')
  if (found === null) throw new Error(`no code in: ${text}`)
  return found[0]
}
