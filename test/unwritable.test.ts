import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepLastUsed, takeSuspects } from '../src/platform/node/databases/last-used.ts'
import { quarantineIn } from '../src/platform/node/databases/quarantine.ts'

/*
 * What the server records beside its databases, where nothing can be written: here the folder does not exist.
 * `npm run drills` has disks that are full or read-only.
 */

const nowhere = join(tmpdir(), `countyline-nowhere-${process.pid}`)

describe('where nothing can be written', () => {
  it('a database can be called, although it is not noted which one was', () => {
    const lastUsed = keepLastUsed(nowhere)
    expect(() => {
      lastUsed.called('ellery--hollis')
      lastUsed.close()
    }).not.toThrow()
    expect(() => takeSuspects(tmpdir())).not.toThrow()
  })

  it('a damaged database is kept away from by whoever found it', () => {
    const quarantine = quarantineIn(nowhere)
    quarantine.put('ellery--hollis', 'a page is damaged')
    expect(quarantine.has('ellery--hollis')).toBe(true)
    expect(quarantine.has('ellery--larkfield')).toBe(false)
    expect(quarantine.release('ellery--hollis')).toBe(true)
    expect(quarantine.has('ellery--hollis')).toBe(false)
  })
})
