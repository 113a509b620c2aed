import type { Map as MapLibre } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Shape } from './shapes-on-map.ts'

export interface Drawing {
  /** What is drawn now. */
  shape(): Shape
  draw(): void
  edit(): void
  clear(): void
  stop(): void
}

/** Lets a person draw areas, or move the corners of those that are there. Calls back after every change. */
export function startDrawing(map: MapLibre, first: Shape, changed: (shape: Shape) => void): Drawing {
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
    modes: [
      new TerraDrawPolygonMode(),
      new TerraDrawSelectMode({
        flags: {
          polygon: {
            feature: { coordinates: { draggable: true, deletable: true, midpoints: { draggable: true } } },
          },
        },
      }),
    ],
  })
  draw.start()
  // One feature for each part: the outer ring, and its holes.
  draw.addFeatures(
    first.map(rings => ({
      type: 'Feature' as const,
      properties: { mode: 'polygon' },
      geometry: { type: 'Polygon' as const, coordinates: rings as number[][][] },
    })),
  )
  const shape = (): Shape =>
    draw.getSnapshot().flatMap(({ geometry, properties }) => {
      const isPart = geometry.type === 'Polygon' && properties.mode === 'polygon'
      return isPart && !properties.currentlyDrawing ? [geometry.coordinates] : []
    })
  draw.on('finish', () => changed(shape()))
  draw.on('change', (_, type) => {
    if (type === 'delete') changed(shape())
  })
  return {
    shape,
    draw: () => draw.setMode('polygon'),
    edit: () => {
      draw.setMode('select')
      const [part] = draw.getSnapshot()
      if (part?.id !== undefined) draw.selectFeature(part.id)
    },
    clear: () => {
      draw.clear()
      changed([])
    },
    stop: () => draw.stop(),
  }
}
