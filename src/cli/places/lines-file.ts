import { closeSync, openSync, writeSync } from 'node:fs'
import { refuse } from '../command.ts'

export interface LinesFile {
  write(text: string): void
  end(): void
}

/** A file that is begun anew; nothing is kept in memory. Without a path, nothing is written. */
export function linesFile(path: string | undefined): LinesFile {
  if (path === undefined) return { write() {}, end() {} }
  const file = opened(path)
  return {
    write: text => void (text === '' || writeSync(file, text)),
    end: () => closeSync(file),
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw refuse(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}
