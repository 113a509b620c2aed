import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const documents = globSync(['*.md', 'docs/*.md'], { cwd: root })

it('every file that a document names is there', () => {
  const missing = documents.flatMap(document => {
    const named = readFileSync(root + document, 'utf8').matchAll(
      /`((?:src|test|scripts|bench|docs|migrations|tenants|deploy)\/[\w./-]+)`/g,
    )
    return [...named]
      .map(([, path = '']) => path)
      .filter(path => !/^test\/x\.test\.ts$|^tenants\/my-county\//.test(path) && !existsSync(root + path))
      .map(path => `${document}: ${path}`)
  })
  expect(missing).toEqual([])
})

it('every link between documents leads to a file and a heading that are there', () => {
  const slugOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
  const headings = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading))
  const broken = [...documents, ...globSync('docs/decisions/*.md', { cwd: root })].flatMap(document => {
    const links = readFileSync(root + document, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)
    return [...links].flatMap(([link, path = '', heading]) => {
      const target = fileURLToPath(
        new URL(path || document.split('/').at(-1) || '', `file://${root}${document}`),
      )
      const isThere =
        existsSync(target) &&
        (heading === undefined || !target.endsWith('.md') || headings(target).includes(heading))
      return isThere ? [] : [`${document}: ${link}`]
    })
  })
  expect(broken).toEqual([])
})
