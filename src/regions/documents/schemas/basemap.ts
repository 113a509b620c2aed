import * as v from 'valibot'
import { describe, line } from './values.ts'

/* The map under a region's own data: a file or a server that the region names. */

// https, also a host of one's own; http for a server on the same machine; or a path on the region's own host.
const address = v.pipe(
  v.string(),
  v.maxLength(500, 'use 500 characters or fewer'),
  v.regex(
    /^(?:https:\/\/[\w.-]+(?::\d+)?|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)?\/(?!\/)[^\s"'<>\\]*$/,
    'use a URL that begins with https:// and a full host name, or a path on this host such as /tiles/county.pmtiles',
  ),
  v.check(text => text.startsWith('/') || URL.canParse(text), 'use a host name and a port that exist'),
)

const isTemplate = (text: string) => ['{z}', '{x}', '{y}'].every(part => text.includes(part))

export const basemap = v.strictObject({
  pmtiles: describe(
    v.optional(
      v.pipe(
        address,
        v.check(text => !/[{}]/.test(text), 'name one file, without {z}, {x} and {y}'),
      ),
    ),
    'URL of a PMTiles archive of vector tiles or pictures, on a server that answers Range and allows other sites (CORS).',
  ),
  tiles: describe(
    v.optional(
      v.pipe(
        address,
        v.check(isTemplate, 'use a template with {z}, {x} and {y}'),
        v.check(text => !/\{(?![zxy]\})/.test(text), 'use no placeholders but {z}, {x} and {y}'),
      ),
    ),
    'URL template of tiles, such as https://tiles.county.example/{z}/{x}/{y}.png.',
  ),
  type: describe(
    v.optional(v.picklist(['vector', 'raster'], 'use vector or raster')),
    'What the tiles are: vector (MVT) or raster (PNG, JPEG, WebP). Required with tiles; an archive says it itself.',
  ),
  schema: describe(
    v.optional(v.picklist(['protomaps', 'openmaptiles'], 'use protomaps or openmaptiles')),
    'How layers of vector tiles are named. Default: protomaps.',
  ),
  maximumZoom: describe(
    v.optional(
      v.pipe(
        v.number(),
        v.integer('use a whole number'),
        v.minValue(1, 'use 1 or more'),
        v.maxValue(22, 'use 22 or less'),
      ),
    ),
    'The closest zoom that the tiles have; closer in, they are enlarged. Default: 14 for vector tiles, 19 for raster tiles.',
  ),
  attribution: describe(line, 'Whose map it is, shown on it, such as "© OpenStreetMap contributors".'),
})

export type Basemap = v.InferOutput<typeof basemap>

/** The one origin that pages connect to for it; undefined for the region's own. */
export function basemapOrigin({ pmtiles, tiles }: Basemap): string | undefined {
  const url = pmtiles ?? tiles ?? '/'
  return url.startsWith('/') ? undefined : new URL(url).origin
}
