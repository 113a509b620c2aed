import { crc32, deflateSync } from 'node:zlib'
import { geoJSONToTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'

/** A red picture of one pixel, as PNG. */
export const onePicture = png([255, 0, 0])

/** PMTiles archives (specification v3) with one tile for every place, from zoom 0 to 7: that picture; water all over. */
export const rasterArchive = archive(onePicture, 2)
export const vectorArchive = archive(waterTile(), 1)

// As in the Protomaps schema.
function waterTile(): Buffer {
  const world = [-180, -85, 180, 85] as const
  const [west, south, east, north] = world
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  const water = {
    type: 'Feature' as const,
    properties: { kind: 'ocean' },
    geometry: { type: 'Polygon' as const, coordinates: [ring] },
  }
  const cut = geoJSONToTile(water, 0, 0, 0, { extent: 4096, clip: true, buffer: 64 })
  return Buffer.from(fromGeojsonVt({ water: cut }, { version: 2, extent: 4096 }))
}

function png(rgb: readonly number[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(1, 0)
  header.writeUInt32BE(1, 4)
  header.set([8, 2], 8)
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from([0, ...rgb]))), chunk('IEND')]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(data.length)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}

function archive(tile: Buffer, type: 1 | 2): Buffer {
  const tiles = (4 ** 8 - 1) / 3
  // One entry: tile 0, the run length, the tile's length, offset 0.
  const directory = Buffer.from([1, 0, ...varint(tiles), ...varint(tile.length), 1])
  const metadata = Buffer.from('{}')
  const header = Buffer.alloc(127)
  header.write('PMTiles')
  header[7] = 3
  const at = (offset: number, value: number) => header.writeBigUInt64LE(BigInt(value), offset)
  const metadataAt = header.length + directory.length
  at(8, header.length)
  at(16, directory.length)
  at(24, metadataAt)
  at(32, metadata.length)
  at(56, metadataAt + metadata.length)
  at(64, tile.length)
  for (const count of [72, 80, 88]) at(count, 1)
  // Clustered; nothing compressed; vectors (1) or PNG (2); zooms 0 to 7; the whole world.
  header.set([1, 1, 1, type, 0, 7], 96)
  for (const [index, degrees] of [-180, -85, 180, 85].entries())
    header.writeInt32LE(degrees * 1e7, 102 + index * 4)
  return Buffer.concat([header, directory, metadata, tile])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}
