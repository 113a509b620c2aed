import { fold } from '../core/spelling.ts'

/** Whether somebody typed that they mean where they are. `words`: ways to say it, with commas between them. */
export function isNearMe(typed: string, words: string): boolean {
  const own = fold(typed)
  return words.split(',').some(way => fold(way) === own)
}
