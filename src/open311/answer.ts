import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Door } from '../regions/site.ts'
import { type Answer, writeJson, writeXml } from './spark.ts'

/** The format that a path asks for by its extension. */
export function formatOf(path: string): 'json' | 'xml' | undefined {
  return path.endsWith('.json') ? 'json' : path.endsWith('.xml') ? 'xml' : undefined
}

/** An answer in the format of the URL; in XML, the compulsory one, where it names none. */
export function answer(c: Context<Door>, content: Answer, status: ContentfulStatusCode = 200): Response {
  const isJson = formatOf(c.req.path) === 'json'
  const type = isJson ? 'application/json' : 'text/xml'
  return c.body(isJson ? writeJson(content) : writeXml(content), status, {
    'content-type': `${type}; charset=utf-8`,
    vary: 'accept-language',
  })
}
