import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { problem } from '../../core/problem.ts'
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
    async verify() {
      try {
        await canAppend(path)
      } catch (cause) {
        throw problem('not-configured', { detail: 'AUDIT_ANCHOR_FILE cannot be written', cause })
      }
    },
  }
}

// Creates nothing: whoever looks may be somebody else than the server.
async function canAppend(path: string): Promise<void> {
  try {
    const file = await open(path, constants.O_RDWR | constants.O_APPEND)
    await file.close()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    await access(dirname(path), constants.W_OK)
  }
}
