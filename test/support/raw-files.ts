import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export function rawFiles(folder: string): { path: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => ({ path, bytes: readFileSync(path) }))
}

export function foundIn(folder: string, words: readonly string[]): string[] {
  return rawFiles(folder).flatMap(({ path, bytes }) =>
    words.filter(word => bytes.includes(word)).map(word => `${word} in ${path}`),
  )
}
