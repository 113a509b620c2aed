import { type SQL, sql } from 'drizzle-orm'
import { type MessageKey, type Translate, translator } from '../core/i18n.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { EventRow } from './list/find.ts'

export interface EventText {
  readonly title: string
  readonly text: string
}

export interface EventReading extends Pick<EventRow, 'actor' | 'public'> {
  readonly region: Region
  readonly language: string
  readonly t: Translate
}

type TextOf<Payload> = (event: Payload, reading: EventReading) => EventText

interface EventDefinition {
  readonly type: string
  readonly auditText: MessageKey
  readonly isEmailed?: true
  /** Listed by GeoReport's `servicerequestupdates`, with the payload's `text` and `to`. */
  readonly isGeoReportUpdate?: true
}

/** How each reader is told: `hidden` shows nothing, `as-public` shows staff what residents read. */
type EventTexts<Payload> =
  | { readonly publicText: TextOf<Payload>; readonly staffText: 'as-public' | TextOf<Payload> }
  | { readonly publicText: 'hidden'; readonly staffText: 'hidden' | TextOf<Payload> }

export type EventType<Payload extends object> = EventDefinition &
  EventTexts<Payload> & { readonly decode: (payload: string) => Payload }

/** An event type whose payload is not known. */
export type AnyEventType = EventDefinition &
  EventTexts<never> & { readonly decode: (payload: string) => object }

/** A capability lists its types in its descriptor; a type that is not listed is shown to nobody. */
export function defineEvent<Payload extends object>(
  definition: EventDefinition & EventTexts<Payload>,
): EventType<Payload> {
  return { ...definition, decode: payload => JSON.parse(payload) as Payload }
}

export type StoredEvent = Pick<EventRow, 'type' | 'payload'>
type ShownEvent = Pick<EventRow, 'type' | 'payload' | 'actor' | 'public'>

/** Undefined for an entry of another type. An older entry may lack a member. */
export function readEvent<Payload extends object>(
  { type, decode }: EventType<Payload>,
  row: StoredEvent,
): Payload | undefined {
  return row.type === type ? decode(row.payload) : undefined
}

/** The payload of an entry of any type. A relayed one is what its jurisdiction wrote. */
export function payloadOf({ payload }: StoredEvent): Readonly<Record<string, unknown>> {
  return JSON.parse(payload) as Record<string, unknown>
}

/** The event types of all capabilities. */
export class EventTypes {
  readonly #types: ReadonlyMap<string, AnyEventType>

  constructor(types: readonly AnyEventType[]) {
    this.#types = new Map(types.map(type => [type.type, type]))
  }

  emailed(): SQL {
    return this.#list(({ isEmailed }) => isEmailed)
  }

  geoReportUpdates(): SQL {
    return this.#list(({ isGeoReportUpdate }) => isGeoReportUpdate)
  }

  #list(isListed: (type: AnyEventType) => boolean | undefined): SQL {
    const types = [...this.#types.values()].filter(isListed).map(({ type }) => type)
    return sql`(SELECT value FROM json_each(${JSON.stringify(types)}))`
  }

  /** Undefined for what residents do not see. */
  publicText(region: Region, language: string, row: ShownEvent): EventText | undefined {
    const type = this.#types.get(row.type)
    return type === undefined || type.publicText === 'hidden'
      ? undefined
      : this.#text(type, type.publicText, { region, language, row })
  }

  /** Undefined for what staff do not see either. */
  staffText(region: Region, language: string, row: EventRow): EventText | undefined {
    const type = this.#types.get(row.type)
    if (type === undefined || type.staffText === 'hidden') return undefined
    if (type.staffText === 'as-public') return this.publicText(region, language, row)
    return this.#text(type, type.staffText, { region, language, row })
  }

  auditText(type: string): MessageKey | undefined {
    return this.#types.get(type)?.auditText
  }

  #text(
    type: AnyEventType,
    textOf: TextOf<never>,
    { region, language, row }: { region: Region; language: string; row: ShownEvent },
  ): EventText {
    // The type was found by the row's own type.
    const event = type.decode(row.payload) as never
    return textOf(event, {
      region,
      language,
      t: translator(language),
      actor: row.actor,
      public: row.public,
    })
  }
}
