import { serve } from '@hono/node-server'
import { createApp } from './app.js'

// npx tsx examples/hono/server.ts
const { app, close } = await createApp('.ocg/notes')
const server = serve({ fetch: app.fetch, port: 4100, hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}/best\n`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => void close()))
}
