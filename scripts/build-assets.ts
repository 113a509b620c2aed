import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { compile } from 'sass'
import { parse } from 'yaml'
import { icons } from '../src/web/components/icons.ts'

/**
 * Builds what the pages load into `dist/assets`: one style sheet, one script, the map on demand, icons. Into
 * `dist/compressed` each of them compressed, for the Node server.
 */
const root = fileURLToPath(new URL('../', import.meta.url))
const out = join(root, 'dist/assets')
const SMALLEST_COMPRESSED = 1024
const compressed = join(root, 'dist/compressed')
const uswds = join(root, 'node_modules/@uswds/uswds')
const maplibre = join(root, 'node_modules/maplibre-gl')

/**
 * USWDS's primary colors, which Sass has written as constants, become variables of the brand, which is known
 * when a page is rendered.
 */
const brandColors: Readonly<Record<string, string>> = {
  '#005ea2': 'var(--brand)',
  '#1a4480': 'var(--brand-dark)',
  '#162e51': 'var(--brand-darker)',
}

const UNUSED_CONTROLS =
  /maplibregl-(?:ctrl-(?:fullscreen|shrink|geolocate|terrain|globe|compass|scale|logo)|user-location|cooperative-gesture)/

// A style sheet without nested rules but those of media queries.
function withoutRules(css: string, unused: RegExp): string {
  return css.replace(/([^{}]+)\{[^{}]*\}/g, (rule, selectors: string) => {
    return selectors.split(',').every(selector => unused.test(selector)) ? '' : rule
  })
}

// Page and worker share most of MapLibre's sources; its own bundles hold that twice.
const fromSources: Plugin = {
  name: 'maplibre-gl from its sources',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^maplibre-gl$/ }, () => ({ path: join(maplibre, 'src/index.ts') }))
    // The decoder of a tile format that no base map here has (MLT).
    onResolve({ filter: /^@maplibre\/mlt$/ }, () => ({ path: 'mlt', namespace: 'left-out' }))
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({
      contents: `export const GEOMETRY_TYPE = {}
        export function decodeTile() { throw new Error('MLT tiles are not read') }`,
    }))
    // Controls that no map here has, with their pictures.
    onLoad({ filter: /[\\/]maplibre-gl\.css$/ }, ({ path }) => ({
      contents: withoutRules(readFileSync(path, 'utf8'), UNUSED_CONTROLS),
      loader: 'css',
    }))
    // It reads its version there.
    onLoad({ filter: /[\\/]maplibre-gl[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

for (const folder of [out, compressed]) rmSync(folder, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const css = styles()
writeFileSync(join(out, 'site.css'), css)
for (const [, picture] of css.matchAll(/url\("\/assets\/(img\/[\w/-]+\.svg)"\)/g)) {
  if (picture !== undefined) cpSync(join(uswds, 'dist', picture), join(out, picture))
}
writeFileSync(join(out, 'icons.svg'), sprite())
// For the set-up of a region. Read here, because the file has anchors and comments.
const services = parse(readFileSync(join(root, 'templates/services.yaml'), 'utf8')) as unknown
writeFileSync(join(out, 'common-services.json'), JSON.stringify(services))
cpSync(join(root, 'src/web/icon.svg'), join(out, 'icon.svg'))
cpSync(join(root, 'src/web/fonts'), join(out, 'fonts'), { recursive: true })
await build({
  entryPoints: {
    site: join(root, 'src/web/islands/site.ts'),
    passkey: join(root, 'src/web/islands/passkey.ts'),
    boundary: join(root, 'src/web/islands/boundary/boundary-editor.ts'),
    map: join(root, 'src/web/styles/map.css'),
    'map-worker': join(maplibre, 'src/source/worker.ts'),
  },
  plugins: [fromSources],
  // As MapLibre compiles itself: its subclasses declare fields that a superclass has already set.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  outdir: out,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
})
await Promise.all(readdirSync(out, { recursive: true, encoding: 'utf8' }).map(compressFile))

// At the best, which is the default of brotli. Fonts are compressed already; tiny files are not worth a header.
async function compressFile(path: string): Promise<void> {
  const file = join(out, path)
  if (!/\.(css|js|svg|json)$/.test(path) || statSync(file).size < SMALLEST_COMPRESSED) return
  const bytes = readFileSync(file)
  mkdirSync(dirname(join(compressed, path)), { recursive: true })
  writeFileSync(join(compressed, `${path}.br`), await promisify(brotliCompress)(bytes))
  writeFileSync(join(compressed, `${path}.gz`), await promisify(gzip)(bytes, { level: 9 }))
}

function styles(): string {
  const { css } = compile(join(root, 'src/web/styles/site.scss'), {
    loadPaths: [join(uswds, 'packages')],
    style: 'compressed',
    quietDeps: true,
  })
  return Object.entries(brandColors).reduce((css, [fixed, brand]) => css.replaceAll(fixed, brand), css)
}

function sprite(): string {
  const symbols = icons.map(name => {
    const svg = readFileSync(join(uswds, `dist/img/usa-icons/${name}.svg`), 'utf8')
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1] ?? ''
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.trim()}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`
}
