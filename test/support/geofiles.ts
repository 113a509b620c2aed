import { crc32, deflateRawSync } from 'node:zlib'

/** A zip archive; `size` writes another size into its directory than the file has. */
export function zip(files: Readonly<Record<string, Uint8Array | string>>, size?: number): Uint8Array {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(size ?? bytes.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    const entry = [Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name)]
    directory.push(Buffer.concat(entry))
    bodies.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(18)
  const list = Buffer.concat(directory)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  return new Uint8Array(Buffer.concat([...bodies, list, Buffer.from('PK\x05\x06', 'latin1'), end]))
}

type Position = readonly [x: number, y: number]

/** A .shp of points (one position) and lines or polygons (several); an empty list is a shape without a place. */
export function shp(shapes: readonly (readonly Position[])[], arePolygons = false): Uint8Array {
  const records = shapes.map((positions, i) => {
    const header = Buffer.alloc(8)
    header.writeInt32BE(i + 1, 0)
    const content = contentOf(positions, arePolygons ? 5 : 3)
    header.writeInt32BE(content.length / 2, 4)
    return Buffer.concat([header, content])
  })
  const header = Buffer.alloc(100)
  header.writeInt32BE(9994, 0)
  header.writeInt32BE((100 + records.reduce((sum, { length }) => sum + length, 0)) / 2, 24)
  header.writeInt32LE(1000, 28)
  return new Uint8Array(Buffer.concat([header, ...records]))
}

function contentOf(positions: readonly Position[], type: 3 | 5): Buffer {
  if (positions.length < 2) {
    const content = Buffer.alloc(positions.length === 0 ? 4 : 20)
    content.writeInt32LE(positions.length === 0 ? 0 : 1, 0)
    writePositions(content, 4, positions)
    return content
  }
  const content = Buffer.alloc(48 + positions.length * 16)
  content.writeInt32LE(type, 0)
  content.writeInt32LE(1, 36)
  content.writeInt32LE(positions.length, 40)
  writePositions(content, 48, positions)
  return content
}

function writePositions(content: Buffer, from: number, positions: readonly Position[]): void {
  for (const [i, [x, y]] of positions.entries()) {
    content.writeDoubleLE(x, from + i * 16)
    content.writeDoubleLE(y, from + i * 16 + 8)
  }
}

/** A .dbf of texts of up to 40 bytes. A row with `*` first is deleted. */
export function dbf(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  encoding: BufferEncoding = 'utf8',
): Uint8Array {
  const width = 40
  const header = Buffer.alloc(32)
  header[0] = 3
  header.writeUInt32LE(rows.length, 4)
  header.writeUInt16LE(33 + names.length * 32, 8)
  header.writeUInt16LE(1 + names.length * width, 10)
  const fields = names.map(name => {
    const field = Buffer.alloc(32)
    field.write(name, 0, 'latin1')
    field.write('C', 11, 'latin1')
    field[16] = width
    return field
  })
  const records = rows.map(row => {
    const isDeleted = row[0] === '*'
    const cells = (isDeleted ? row.slice(1) : row).map(text => {
      const cell = Buffer.alloc(width, ' ')
      Buffer.from(text, encoding).copy(cell)
      return cell
    })
    return Buffer.concat([Buffer.from(isDeleted ? '*' : ' '), ...cells])
  })
  return new Uint8Array(Buffer.concat([header, ...fields, Buffer.from([0x0d]), ...records]))
}
