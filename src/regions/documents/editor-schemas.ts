import { toJsonSchema } from '@valibot/to-json-schema'
import { agreementsDocument } from './schemas/agreements.ts'
import { demonstrationDocument } from './schemas/demonstration.ts'
import { districtsDocument } from './schemas/districts.ts'
import { jurisdictionDocument } from './schemas/jurisdiction.ts'
import { regionDocument } from './schemas/region.ts'
import { servicesDocument } from './schemas/services.ts'

const documents = {
  region: regionDocument,
  services: servicesDocument,
  agreements: agreementsDocument,
  jurisdiction: jurisdictionDocument,
  demonstration: demonstrationDocument,
  districts: districtsDocument,
}

/** JSON Schemas (draft 7) of the YAML documents, by file name. Without checks in code, such as time zones. */
export function editorSchemas(): Map<string, string> {
  return new Map(
    Object.entries(documents).map(([name, schema]) => {
      const { $schema, ...rest } = toJsonSchema(schema, { errorMode: 'ignore' })
      const titled = { $schema, title: `Countyline: ${name}.yaml`, ...rest }
      return [`${name}.schema.json`, `${JSON.stringify(titled, null, 2)}\n`]
    }),
  )
}
