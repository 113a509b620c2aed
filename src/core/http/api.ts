import type { Context, Env, Handler } from 'hono'
import type * as v from 'valibot'
import { cleanText } from '../text.ts'
import { readIdempotencyKey, readJson } from './json.ts'
import type { Operation, Operations } from './openapi.ts'

type ParameterOf<Route> = Route extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never
type QueryOf<Of extends Operation> = Of extends { query: infer Query } ? keyof Query & string : never
type BodyOf<Of extends Operation> = Of extends { body: infer Schema extends v.GenericSchema }
  ? v.InferOutput<Schema>
  : never
type StatusOf<Of extends Operation> = Of extends { also: infer Also } ? keyof Also & number : never

/** A call of one operation. What the operation does not describe cannot be read from it. */
export interface Call<E extends Env, Route, Of extends Operation> {
  readonly c: Context<E>
  param(name: ParameterOf<Route>): string
  /** Empty if absent. */
  query(name: QueryOf<Of>): string
  /** Throws as `readJson`. Read it after the caller is authorized. */
  body(): Promise<BodyOf<Of>>
  /** Of a `repeatable` operation only. Throws `invalid-fields` for a malformed key. */
  readonly idempotencyKey: Of extends { repeatable: true } ? () => string | undefined : never
}

/** The client's copy is current (`If-None-Match`). */
export const NOT_MODIFIED = Symbol('304')

/** An answer with another status than the usual one: one of the operation's `also`. */
export class OtherAnswer<Status extends number, Value> {
  readonly status: Status
  readonly value: Value

  constructor(status: Status, value: Value) {
    this.status = status
    this.value = value
  }
}

type Readonlyish<Value> = Value extends readonly (infer Item)[]
  ? readonly Readonlyish<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Readonlyish<Value[Key]> }
    : Value
type AnswerOf<Of extends Operation> = Readonlyish<v.InferInput<Of['answer']>>
type OtherAnswerOf<Of extends Operation> = {
  [Status in StatusOf<Of>]: Of extends { also: Record<Status, infer Schema extends v.GenericSchema> }
    ? OtherAnswer<Status, Readonlyish<v.InferInput<Schema>>>
    : never
}[StatusOf<Of>]

type Result<Of extends Operation> = AnswerOf<Of> | OtherAnswerOf<Of> | typeof NOT_MODIFIED

type At<Described, Route extends keyof Described> = Extract<Described[Route], Operation>
type Handlers<E extends Env, Described extends Operations> = {
  readonly [Route in keyof Described]: (
    call: Call<E, Route, At<Described, Route>>,
  ) => Result<At<Described, Route>> | Promise<Result<At<Described, Route>>>
}

/** A described route and its handler, under `/api/v1`. */
export interface Endpoint<E extends Env> {
  /** `GET /requests/{id}`. */
  readonly route: keyof Operations
  readonly operation: Operation
  readonly handle: Handler<E>
}

/** For routes with these variables: implements each described operation by one handler. */
export function apiFor<E extends Env>() {
  return <const Described extends Operations>(
    operations: Described,
    handlers: Handlers<E, Described>,
  ): readonly Endpoint<E>[] =>
    (Object.keys(operations) as (keyof Described & keyof Operations)[]).map(route => {
      const operation = operations[route] as Operation
      const handler = handlers[route] as (call: Call<E, string, Operation>) => unknown
      return {
        route,
        operation,
        handle: async c => respond(c, operation, await handler(callOf(c, operation))),
      }
    })
}

/** A path of the API for the router: `/requests/:id`. */
export function pathOf(route: keyof Operations): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ')
  return { method, path: path.replaceAll(/\{(\w+)\}/g, ':$1') }
}

function callOf<E extends Env>(c: Context<E>, { body }: Operation): Call<E, string, Operation> {
  return {
    c,
    param: (name: string) => c.req.param(name) ?? '',
    query: (name: string) => cleanText(c.req.query(name) ?? ''),
    body: async () => {
      if (body === undefined || !('kind' in body)) throw new Error('this operation has no JSON body')
      return (await readJson(c.req.raw, body)) as never
    },
    idempotencyKey: (() => readIdempotencyKey(c.req.raw)) as never,
  }
}

function respond<E extends Env>(c: Context<E>, { status = 200 }: Operation, result: unknown): Response {
  if (result === NOT_MODIFIED) return c.body(null, 304)
  const other = result instanceof OtherAnswer ? result : { status, value: result }
  return c.json(other.value as object, other.status as 200)
}
