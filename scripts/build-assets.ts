import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { compile } from 'sass'
import { icons } from '../src/web/components/icons.ts'

/** Builds what the pages load into `dist/assets`: one style sheet, one script, the map on demand, icons. */
const root = fileURLToPath(new URL('../', import.meta.url))
const out = join(root, 'dist/assets')
const uswds = join(root, 'node_modules/@uswds/uswds')

/**
 * USWDS's primary colors, which Sass has written as constants, become variables of the brand, which is known
 * when a page is rendered.
 */
const brandColors: Readonly<Record<string, string>> = {
  '#005ea2': 'var(--brand)',
  '#1a4480': 'var(--brand-dark)',
  '#162e51': 'var(--brand-darker)',
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const css = styles()
writeFileSync(join(out, 'site.css'), css)
for (const [, picture] of css.matchAll(/url\("\/assets\/(img\/[\w/-]+\.svg)"\)/g)) {
  if (picture !== undefined) cpSync(join(uswds, 'dist', picture), join(out, picture))
}
writeFileSync(join(out, 'icons.svg'), sprite())
cpSync(join(root, 'src/web/icon.svg'), join(out, 'icon.svg'))
cpSync(join(root, 'src/web/fonts'), join(out, 'fonts'), { recursive: true })
await build({
  entryPoints: {
    site: join(root, 'src/web/islands/site.ts'),
    passkey: join(root, 'src/web/islands/passkey.ts'),
    map: join(root, 'src/web/styles/map.css'),
    'map-worker': join(root, 'node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs'),
  },
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
