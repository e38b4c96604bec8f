import { defineConfig } from 'vitest/config'

/** Tests of the built pages in a real browser: `npm run test:browser`. They need Chromium, so `npm test` leaves them out. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
