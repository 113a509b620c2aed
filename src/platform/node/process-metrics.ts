import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { counter, gauge, type Metrics } from '../../core/metrics.ts'

// Under the names that ready-made dashboards know.
const cpu = counter('process_cpu_seconds_total', 'CPU time that this process has used, in seconds.')
const startTime = gauge('process_start_time_seconds', 'When this process started, in seconds since 1970.')
const resident = gauge('process_resident_memory_bytes', 'Memory that this process holds, in bytes.')
const openFiles = gauge('process_open_fds', 'Open file descriptors.')
const heap = gauge('nodejs_heap_size_used_bytes', 'Memory in use by JavaScript, in bytes.')
const lag = gauge(
  'nodejs_eventloop_lag_p99_seconds',
  'Since the last scrape, 99 of 100 turns of the event loop began at most this late, in seconds.',
)
const longestLag = gauge(
  'nodejs_eventloop_lag_max_seconds',
  'The latest turn since the last scrape, in seconds.',
)

const NANOSECONDS = 1e9
const MICROSECONDS = 1e6
const RESOLUTION_MILLISECONDS = 20

/** From now on. */
export function measureProcess(metrics: Metrics): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS })
  delay.enable()
  const startedAt = Date.now() / 1000 - process.uptime()
  metrics.onCollect(() => {
    const { rss, heapUsed } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const late = (nanoseconds: number) =>
      Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MILLISECONDS / 1000) || 0
    const [p99, max] = [late(delay.percentile(99)), late(delay.max)]
    delay.reset()
    return [
      { metric: cpu, value: (user + system) / MICROSECONDS },
      { metric: startTime, value: startedAt },
      { metric: resident, value: rss },
      { metric: heap, value: heapUsed },
      { metric: lag, value: p99 },
      { metric: longestLag, value: max },
      ...openFileSamples(),
    ]
  })
}

// Only Linux says.
function openFileSamples() {
  try {
    return [{ metric: openFiles, value: readdirSync('/proc/self/fd').length }]
  } catch {
    return []
  }
}
