import { appendFileSync } from 'node:fs'
import { constants, PerformanceObserver } from 'node:perf_hooks'

// Imported into the server by a drill: records how much memory is in use after each full garbage collection.
const file = process.env.DRILL_MEMORY_LOG
if (file !== undefined) {
  new PerformanceObserver(list => {
    const isMajor = list
      .getEntries()
      .some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)
    if (!isMajor) return
    const { rss, heapUsed, external } = process.memoryUsage()
    appendFileSync(file, `${JSON.stringify({ pid: process.pid, at: Date.now(), rss, heapUsed, external })}\n`)
  }).observe({ entryTypes: ['gc'] })
}
