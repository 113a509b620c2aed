import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Path of a file of the real test data kept beside the checkout; undefined where it is absent. */
export function sharedData(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url))
  return existsSync(file) ? file : undefined
}
