// Runs the lake suite on a real Trino with Iceberg over an S3 server: `npm run test:lake`, or a part of it:
// `npm run test:lake -- layout`. Parts: layout, shop, published, aws.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { JAVAC, MAVEN, requireTools } from './requireTools.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireTools('The lake suite', [JAVAC, MAVEN])

const SUITE = ['layout', 'shop', 'published']
const parts = process.argv.slice(2)
const unknown = parts.filter((part) => ![...SUITE, 'aws'].includes(part))
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. Parts are ${[...SUITE, 'aws'].join(', ')}.\n`)
  process.exit(2)
}

const run = (...args) => {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1
}
const module = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))

let status = 0
if (parts.length === 0 || parts.some((part) => SUITE.includes(part))) {
  const chosen = parts.filter((part) => SUITE.includes(part))
  status = run(module('tsx/dist/cli.mjs'), 'test/extra/lake/main.ts', ...chosen)
}
// The host on AWS in layout batches, its own tests.
if (parts.length === 0 || parts.includes('aws')) {
  status = run(module('vitest/vitest.mjs'), 'run', '--config', 'vitest.lake.config.ts') || status
}
process.exit(status)
