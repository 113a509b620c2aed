import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { sqldBinary } from '../sqld.ts'
import { compareOnSqld, type Statement } from './sqld.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which the tests note the statements that they prepare on files (`record.ts`). */
    statements: string
  }
}

/** What a run of all tests compares at least. Fewer: the statements are no longer recorded. */
const AT_LEAST = 400

/** After the tests: every statement that they have run on files must be known to a real libSQL server too. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-statements-'))
  project.provide('statements', folder)
  return async () => {
    try {
      if (sqldBinary() === undefined) return
      const { compared, refused } = await compareOnSqld(noted(folder))
      if (refused.length > 0) {
        const each = refused.map(({ kind, sql, reason }) => `${kind}: ${reason}\n  ${sql}`)
        throw new Error(`sqld does not know what the tests ran on files:\n${each.join('\n')}`)
      }
      if ((await ranWhole(project)) && compared < AT_LEAST)
        throw new Error(`Only ${compared} statements of the tests were tried on sqld, not ${AT_LEAST}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function noted(folder: string): readonly Statement[] {
  const lines = readdirSync(folder).flatMap(file =>
    readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'),
  )
  return [...new Set(lines)].map(line => JSON.parse(line))
}

async function ranWhole(project: TestProject): Promise<boolean> {
  const ran = project.vitest.state.getTestModules().filter(module => module.project === project)
  const { testFiles } = await project.globTestFiles()
  return project.config.testNamePattern === undefined && ran.length >= testFiles.length
}
