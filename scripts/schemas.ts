import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { editorSchemas } from '../src/regions/documents/editor-schemas.ts'

const folder = fileURLToPath(new URL('../docs/schemas/', import.meta.url))
mkdirSync(folder, { recursive: true })
for (const [name, text] of editorSchemas()) writeFileSync(`${folder}${name}`, text)
