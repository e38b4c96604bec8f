#!/usr/bin/env node
import { runCommandLine } from './commandLine.js'

// A reader that has seen enough (`ocg export … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2))
