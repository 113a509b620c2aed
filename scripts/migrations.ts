import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The SQL of migrations/ as a module, for what runs where there are no files.
const root = fileURLToPath(new URL('../', import.meta.url))

export function migrationTexts(): string {
  const kinds = ['directory', 'region', 'places', 'tenant'].map(kind => {
    const files = readdirSync(`${root}migrations/${kind}`).filter(file => file.endsWith('.sql'))
    const texts = files.sort().map(file => {
      const text = readFileSync(`${root}migrations/${kind}/${file}`, 'utf8')
      return `    ${JSON.stringify(file.replace(/\.sql$/, ''))}: ${JSON.stringify(text)},\n`
    })
    return `  ${kind}: {\n${texts.join('')}  },\n`
  })
  return `// Made from migrations/ by "npm run migrations". Do not edit.\nexport const migrationTexts = {\n${kinds.join('')}}\n`
}

if (import.meta.main) writeFileSync(`${root}src/core/database/migration-texts.ts`, migrationTexts())
