import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { createClient } from '@libsql/client/sqlite3'
import { Hono } from 'hono'

/* The baseline: a Hono handler that does one INSERT, or one SELECT of 50 rows, with the same libSQL settings. */

const [file] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'countyline-bare-'))
// Encrypted, as ours are.
const db = createClient(
  file === undefined
    ? { url: `file:${join(folder, 'bare.db')}`, encryptionKey: 'a key of the bare server' }
    : { url: `file:${file}` },
)
await db.execute('PRAGMA journal_mode = WAL')
await db.execute('PRAGMA synchronous = FULL')
await db.execute(
  'CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, service TEXT, lat REAL, long REAL, description TEXT, email TEXT, at INTEGER)',
)
const app = new Hono()
app.post('/reports', async c => {
  const form = await c.req.parseBody()
  const { lastInsertRowid } = await db.execute({
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
app.get('/requests', async c => {
  const { rows } = await db.execute(
    'SELECT id, status, status_notes, service_code, service_name, description, agency_responsible, requested_at, updated_at, expected_at, address, address_id, zipcode, lat, long, media_url FROM request ORDER BY requested_at DESC, seq DESC LIMIT 50',
  )
  return c.json(rows)
})
const server = serve({ fetch: app.fetch, port: 0 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
