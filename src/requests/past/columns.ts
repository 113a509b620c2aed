import * as v from 'valibot'

// Which columns of somebody else's table of requests hold what.

/** Ours, with the names that other systems give them, lower case and without anything but letters and digits. */
export const pastFields = {
  id: [
    'servicerequestid',
    'requestid',
    'id',
    'casenumber',
    'caseid',
    'ticketid',
    'srnumber',
    'casesummaryid',
  ],
  service: [
    'servicecode',
    'service',
    'servicename',
    'category',
    'requesttype',
    'type',
    'srtype',
    'issuetype',
  ],
  status: ['status', 'statusdescription', 'state', 'srstatus'],
  opened: [
    'requesteddatetime',
    'opened',
    'openeddate',
    'dateopened',
    'created',
    'createddate',
    'createdat',
    'opendt',
  ],
  closed: [
    'closeddatetime',
    'closed',
    'closeddate',
    'dateclosed',
    'closeddt',
    'resolveddate',
    'completeddate',
  ],
  updated: ['updateddatetime', 'updated', 'updateddate', 'lastupdated', 'statusdate'],
  lat: ['lat', 'latitude', 'y'],
  long: ['long', 'lon', 'lng', 'longitude', 'x'],
  address: ['address', 'addressstring', 'location', 'streetaddress', 'incidentaddress', 'srsaddress'],
  zipcode: ['zipcode', 'zip', 'postalcode', 'postcode'],
  description: ['description', 'details', 'requestdescription', 'comments', 'subject'],
  notes: ['statusnotes', 'closurereason', 'resolution', 'resolutiondescription'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type PastField = keyof typeof pastFields

export const pastFieldNames = Object.keys(pastFields) as PastField[]
export const requiredFields: readonly PastField[] = ['id', 'service', 'opened']

/** Remembered from one import of a source to the next. */
export const pastMapping = v.strictObject({
  /** Our field → their column. */
  columns: v.partial(v.strictObject(v.entriesFromList(pastFieldNames, v.string()))),
  /** Their name of a service, as it is written there → our service_code. */
  services: v.record(v.string(), v.string()),
})
export type PastMapping = v.InferOutput<typeof pastMapping>

export function isPastField(name: string): name is PastField {
  return name in pastFields
}

/** By the names of the columns; the first known name wins. */
export function guessColumns(names: readonly string[]): PastMapping['columns'] {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const found = pastFieldNames.flatMap(field => {
    const accepted: readonly string[] = pastFields[field]
    const best = accepted
      .map(known => names.find(name => plain(name) === known))
      .find(name => name !== undefined)
    return best === undefined ? [] : [[field, best] as const]
  })
  return Object.fromEntries(found)
}

/** As in the last import of the source if its columns are all there, else as guessed. */
export function offeredMapping(last: PastMapping | undefined, columns: readonly string[]): PastMapping {
  const isStillThere =
    last && Object.values(last.columns).every(name => name !== undefined && columns.includes(name))
  return { columns: isStillThere ? last.columns : guessColumns(columns), services: last?.services ?? {} }
}

export function missingFields({ columns }: PastMapping): readonly PastField[] {
  return requiredFields.filter(field => columns[field] === undefined)
}
