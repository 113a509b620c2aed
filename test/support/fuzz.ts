export interface Fuzzing {
  readonly seed: number
  /** Milliseconds that a test with this many tries may take. */
  readonly timeout: number
  /** Parameters of one property; `share` scales the usual number of tries. */
  tries(share: number): { numRuns: number; seed: number }
  inputs(): number
}

/** To search longer, or to repeat: FUZZ_RUNS=100000 FUZZ_SEED=1. */
export function fuzzing(usual: number): Fuzzing {
  const runs = Number(process.env.FUZZ_RUNS ?? usual)
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
  let inputs = 0
  return {
    seed,
    timeout: 60_000 + runs * 50,
    tries(share) {
      const numRuns = Math.ceil(runs * share)
      inputs += numRuns
      return { numRuns, seed }
    },
    inputs: () => inputs,
  }
}
