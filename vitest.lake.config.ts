import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Layout `batches` on a Trino with Iceberg in Athena's place: `npm run test:lake`. Needs Java and Maven. */
export default defineConfig({
  resolve: { alias: { 'oc-graphql': fileURLToPath(new URL('./src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/aws/**/*.lake.ts', 'test/extra/lake/**/*.lake.ts'],
    pool: 'forks',
    // The SDK warns of every Node.js that it will leave behind one day.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Each file has a Trino of its own.
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
