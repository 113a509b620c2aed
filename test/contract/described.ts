import * as v from 'valibot'
import { expect } from 'vitest'
import { type Operation, problemSchema, problemStatusesOf, responsesOf } from '../../src/core/http/openapi.ts'
import { apiOperations } from '../../src/create-app.ts'

/** Checks a real response of the JSON API against its description. Other paths are ignored. */
export async function expectAsDescribed(method: string, path: string, answer: Response): Promise<void> {
  const [, call = ''] = /^(?:\/r\/[^/]+)?(?:\/j\/[^/]+)?\/api\/v1(\/[^?]*)/.exec(path) ?? []
  if (call === '' || call === '/openapi.json') return
  const operation = operationOf(method, call)
  expect(operation, `${method} ${call} is described`).toBeDefined()
  const { status } = answer
  const schema = operation && responsesOf(operation)[status]
  if (schema === undefined) {
    expect([...(operation ? problemStatusesOf(operation) : [])], `${method} ${call}`).toContain(status)
  }
  const read = v.safeParse(schema ?? problemSchema, await answer.clone().json())
  const errors = read.issues?.map(issue => `${v.getDotPath(issue)}: ${issue.message}`) ?? []
  expect(errors, `${method} ${call} answers ${status} as described`).toEqual([])
}

/** Literal segments win over a parameter: `/requests/nearby` before `/requests/{id}`. */
function operationOf(method: string, call: string): Operation | undefined {
  const fits = Object.entries(apiOperations).filter(([key]) => {
    const [verb = '', template = ''] = key.split(' ')
    return verb === method && new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(call)
  })
  return fits.sort(([a], [b]) => a.split('{').length - b.split('{').length)[0]?.[1]
}
