import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The AWS host against protocol servers, and its templates against validators: `npm run test:aws`. Needs Java and Python. */
export default defineConfig({
  resolve: { alias: { 'oc-graphql': fileURLToPath(new URL('./src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/aws/**/*.aws.ts'],
    pool: 'forks',
    // The SDK warns of every Node.js that it will leave behind one day.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
