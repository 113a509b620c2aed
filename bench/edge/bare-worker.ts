import { createClient } from '@libsql/client/web'
import { Hono } from 'hono'

/* The baseline: a Hono worker with a page, one SELECT of 50 rows and one INSERT, in a namespace of its own. */

interface Bindings {
  readonly DATABASE_URL: string
}

const NAMESPACE = btoa('bare').replace(/=+$/, '')
const PAGE = `<!doctype html><title>Bare</title><h1>Report a problem</h1>${'<p>A line of text.</p>'.repeat(400)}`

const app = new Hono<{ Bindings: Bindings }>()

function database(url: string) {
  return createClient({
    url,
    fetch(request: Request) {
      const outgoing = new Request(request)
      outgoing.headers.set('x-namespace-bin', NAMESPACE)
      return fetch(outgoing)
    },
  })
}

app.get('/', c => c.html(PAGE))
app.post('/tables', async c => {
  await database(c.env.DATABASE_URL).execute(
    'CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, service TEXT, lat REAL, long REAL, description TEXT, email TEXT, at INTEGER)',
  )
  return c.text('ok')
})
app.get('/requests', async c => {
  const { rows } = await database(c.env.DATABASE_URL).execute(
    'SELECT * FROM report ORDER BY id DESC LIMIT 50',
  )
  return c.json(rows)
})
app.post('/requests', async c => {
  const form = await c.req.parseBody()
  const { lastInsertRowid } = await database(c.env.DATABASE_URL).execute({
    sql: 'INSERT INTO report (service, lat, long, description, email, at) VALUES (?, ?, ?, ?, ?, ?)',
    args: [
      String(form.service_code),
      Number(form.lat),
      Number(form.long),
      String(form.description),
      String(form.email),
      Date.now(),
    ],
  })
  return c.json([{ service_request_id: String(lastInsertRowid) }])
})

export default app
