#!/usr/bin/env node
import { main } from './cli/main.ts'

// The reader of the output may stop early, as `head` does.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
})

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
  now: Date.now,
})
