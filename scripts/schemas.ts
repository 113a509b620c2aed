import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { editorSchemas } from '../src/regions/editor-schemas.ts'

/** Writes the JSON Schemas that editors use into docs/schemas/. */
const folder = fileURLToPath(new URL('../docs/schemas/', import.meta.url))
mkdirSync(folder, { recursive: true })
for (const [name, text] of editorSchemas()) writeFileSync(`${folder}${name}`, text)
