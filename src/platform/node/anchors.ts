import { open } from 'node:fs/promises'
import type { Anchors } from '../platform.ts'

export function fileAnchors(path: string): Anchors {
  return {
    async keep(lines) {
      const file = await open(path, 'a+', 0o600)
      try {
        const { size } = await file.stat()
        const { buffer } =
          size === 0 ? { buffer: Buffer.from('\n') } : await file.read(Buffer.alloc(1), 0, 1, size - 1)
        // A truncated line is left on a line of its own.
        const begin = buffer.toString() === '\n' ? '' : '\n'
        await file.appendFile(`${begin}${lines.join('\n')}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
    },
  }
}
