import { readdirSync, readFileSync } from 'node:fs'

/**
 * A process and all its descendants, itself first. Empty once it is gone, or where the system does not report
 * them.
 */
export function processTree(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(processTree)]
  } catch {
    return []
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Resident memory of these processes together: now, or the sum of their peaks. */
export function megabytesOf(pids: readonly number[], field: 'VmRSS' | 'VmHWM'): number {
  return pids.reduce((sum, pid) => sum + kilobytesOf(pid, field) / 1024, 0)
}

function kilobytesOf(pid: number, field: string): number {
  try {
    const found = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(found?.[1] ?? 0)
  } catch {
    return 0
  }
}

const EVERY_MILLISECONDS = 200

export interface MemoryMeter {
  peakMegabytes(): number | undefined
  stop(): void
}

/** Watches a process and its children until it is stopped. */
export function memoryMeter(pids: () => readonly number[]): MemoryMeter {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, megabytesOf(pids(), 'VmHWM'))
  }
  const timer = setInterval(look, EVERY_MILLISECONDS)
  return {
    peakMegabytes() {
      look()
      return peak === 0 ? undefined : peak
    },
    stop: () => clearInterval(timer),
  }
}
