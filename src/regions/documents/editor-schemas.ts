import { toJsonSchema } from '@valibot/to-json-schema'
import { demonstrationDocument } from './demonstration.ts'
import { districtsDocument } from './districts.ts'
import { agreementsDocument, jurisdictionDocument, regionDocument, servicesDocument } from './schemas.ts'

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
