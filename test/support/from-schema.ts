import fc from 'fast-check'

/** As much of JSON Schema as the API's own description uses. */
export interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
}

export type Meanings = Readonly<Record<string, readonly unknown[]>>

/** Any value that the schema allows; for a known field name, one with a meaning. */
export function fitting(schema: Schema, meanings: Meanings, name = ''): fc.Arbitrary<unknown> {
  const known = meanings[name]
  if (known !== undefined) return fc.constantFrom(...known)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(form => fitting(form, meanings)))
  switch (schema.type) {
    case 'object':
      return fittingObject(schema, meanings)
    case 'array':
      return fc.array(fitting(schema.items ?? {}, meanings), { maxLength: 3 })
    case 'string':
      return fc.string({ maxLength: 20 })
    case 'integer':
      return fc.integer({ min: 0, max: 6 })
    case 'number':
      return fc.integer({ min: 0, max: 60 })
    case 'boolean':
      return fc.boolean()
    default:
      return fc.constant(null)
  }
}

export function fittingObject(
  { properties = {}, required = [] }: Schema,
  meanings: Meanings,
): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).map(
    ([name, schema]) => [name, fitting(schema, meanings, name)] as const,
  )
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] })
}

interface Description {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
    >
  >
}

/** The JSON body of each operation of an OpenAPI document, by method and path in the router's syntax. */
export function bodySchemas(document: Description, base: string): ReadonlyMap<string, Schema> {
  return new Map(
    Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) => {
        const schema = requestBody?.content['application/json']?.schema
        const route = `${method.toUpperCase()} ${base}${path.replace(/\{(\w+)\}/g, ':$1')}`
        return schema === undefined ? [] : [[route, schema] as const]
      }),
    ),
  )
}
