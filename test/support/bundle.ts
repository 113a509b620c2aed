import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The real server in one file, which starts in a quarter of the time: for tests that start it repeatedly. It
 * lies in the project's build folder, so that it finds packages that cannot be bundled.
 */
export async function bundleServer(): Promise<{ readonly file: string; remove(): void }> {
  mkdirSync(join(root, 'dist'), { recursive: true })
  const folder = mkdtempSync(join(root, 'dist/server-'))
  const file = join(folder, 'node.mjs')
  await build({
    entryPoints: [join(root, 'src/node.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // jsonc-parser's UMD build requires its parts by names that no bundler sees.
    mainFields: ['module', 'main'],
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    external: ['@libsql/client', '@libsql/client/*'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)",
    },
    plugins: [
      {
        name: 'each source file keeps its place',
        setup({ onLoad }) {
          onLoad({ filter: /[/\\]src[/\\].*\.tsx?$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replaceAll(
              'import.meta.url',
              JSON.stringify(pathToFileURL(path).href),
            ),
            loader: path.endsWith('.tsx') ? 'tsx' : 'ts',
          }))
        },
      },
    ],
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
