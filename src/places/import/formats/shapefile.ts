import type { Refusal } from '../../../geography/refusal.ts'
import { type ByteStream, firstBytes } from '../bytes.ts'
import type { FileRecord, Geometry, Table } from '../table.ts'
import { UnreadableFile } from '../unreadable.ts'
import { ByteReader } from './byte-reader.ts'
import { DbfReader } from './dbf.ts'
import { shapeOf } from './shapes.ts'

/** The files of one shapefile. */
export interface ShapefileParts {
  readonly shp: ByteStream
  readonly dbf?: ByteStream | undefined
  readonly prj?: ByteStream | undefined
  readonly cpg?: ByteStream | undefined
}

const HEADER = 100
const RECORD_HEADER = 8
const MAX_RECORD = 64 * 1024 * 1024
const BATCH = 500
const DAMAGED = 'Download it again, to its end'

/** ESRI Shapefile Technical Description (1998): records of .shp and .dbf side by side, a piece at a time. */
export async function openShapefile({ shp, dbf, prj, cpg }: ShapefileParts): Promise<Table | Refusal> {
  if (dbf === undefined) {
    return {
      why: 'It is a shapefile without its .dbf, which has the addresses and names',
      repair:
        'Put the .shp, .dbf, .prj and .cpg of the same name together in one zip archive, or in one folder',
    }
  }
  const system = prj && new TextDecoder().decode(await firstBytes(prj, 20_000)).trim()
  const encoding = cpg && encodingOf(new TextDecoder().decode(await firstBytes(cpg, 100)).trim())
  let isGuessed = false
  return {
    format: 'Shapefile',
    ...(system && { coordinateSystem: system }),
    async *records() {
      const table = new DbfReader(dbf, encoding)
      yield* recordsOf(shp, table)
      isGuessed ||= table.isGuessed
    },
    assumed: () => (isGuessed ? ['Read its attributes as Windows-1252, because it has no .cpg'] : []),
  }
}

async function* recordsOf(shp: ByteStream, table: DbfReader): AsyncIterable<readonly FileRecord[]> {
  const shapes = new ByteReader(shp.read())
  try {
    await table.open()
    if (!(await shapes.has(HEADER))) throw new UnreadableFile('Its .shp has no header', DAMAGED)
    shapes.take(HEADER)
    let batch: FileRecord[] = []
    for (let number = 1; number <= table.count; number++) {
      const geometry = await nextShape(shapes, number, table.count)
      const values = await table.next()
      batch.push(
        values === undefined ? { number, values: {}, fault: 'deleted' } : { number, values, geometry },
      )
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  } finally {
    await shapes.close()
    await table.close()
  }
}

async function nextShape(shapes: ByteReader, number: number, count: number): Promise<Geometry | null> {
  const cut = () => new UnreadableFile(`Its .shp ends after ${number - 1} of ${count} records`, DAMAGED)
  if (shapes.buffered < RECORD_HEADER && !(await shapes.has(RECORD_HEADER))) throw cut()
  const header = shapes.take(RECORD_HEADER)
  const length = new DataView(header.buffer, header.byteOffset).getInt32(4) * 2
  if (length < 4 || length > MAX_RECORD)
    throw new UnreadableFile(`Its .shp is damaged at record ${number}`, DAMAGED)
  if (shapes.buffered < length && !(await shapes.has(length))) throw cut()
  return shapeOf(shapes.take(length))
}

// As programs write them: `UTF-8`, `1252`, `ANSI 1252`, `CP1252`, `ISO 88591`, `8859_1`, `65001`.
function encodingOf(written: string): string | undefined {
  const [digits] = /\d{3,5}\d*$/.exec(written.replace(/[^a-z0-9]/gi, '')) ?? []
  const iso = /8859[-_ ]?(\d{1,2})$/.exec(written)?.[1]
  const guesses = [
    written,
    iso && `iso-8859-${iso}`,
    digits === '65001' ? 'utf-8' : digits && `windows-${digits}`,
  ]
  return guesses.find(label => {
    try {
      return label && new TextDecoder(label)
    } catch {
      return false
    }
  })
}
