import { addProtocol } from 'maplibre-gl'
import { PMTiles, Protocol, TileType } from 'pmtiles'
import type { TileSource } from './base-ground.ts'

/** Throws where the archive cannot be read, and for tiles that the map cannot draw. */
export async function openArchive(path: string): Promise<TileSource> {
  const url = new URL(path, location.href).href
  const archive = new PMTiles(url)
  const { tileType, minZoom, maxZoom, ...edges } = await archive.getHeader()
  if (tileType === TileType.Unknown || tileType === TileType.Mlt) throw new Error('the tiles are not read')
  const protocol = new Protocol()
  protocol.add(archive)
  addProtocol('pmtiles', protocol.tile)
  return {
    isVector: tileType === TileType.Mvt,
    tiles: [`pmtiles://${url}/{z}/{x}/{y}`],
    minzoom: minZoom,
    maxzoom: maxZoom,
    bounds: [edges.minLon, edges.minLat, edges.maxLon, edges.maxLat],
  }
}
