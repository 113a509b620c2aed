import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { type GeoReportAnswer, writeJson, writeXml } from './serialize.ts'

export function formatOf(path: string): 'json' | 'xml' | undefined {
  return path.endsWith('.json') ? 'json' : path.endsWith('.xml') ? 'xml' : undefined
}

export function answer(
  c: Context<AppEnv>,
  content: GeoReportAnswer,
  status: ContentfulStatusCode = 200,
): Response {
  const isJson = formatOf(c.req.path) === 'json'
  const type = isJson ? 'application/json' : 'text/xml'
  return c.body(isJson ? writeJson(content) : writeXml(content), status, {
    'content-type': `${type}; charset=utf-8`,
  })
}
