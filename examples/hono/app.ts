import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { openBackend } from 'oc-graphql'

/** An app of your own with a whole backend at `/graphql`. Give it the folder that its data shall lie in. */
export async function createApp(data: string) {
  const schema = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')
  const backend = await openBackend({ schema, data, name: 'notes' })
  const app = new Hono()

  // Clients speak GraphQL: a request goes in as it is, and the answer comes out as it is.
  app.all('/graphql', (context) => backend.fetch(context.req.raw))

  // Your own routes ask the same backend in the process, without HTTP.
  app.get('/best', async (context) => {
    const answer = await backend.execute({ query: '{ bestPlaces { place stars } }' })
    if (answer.errors) return context.json({ problem: answer.errors[0]?.message }, 500)
    return context.json(answer.data?.bestPlaces)
  })

  return { app, close: () => backend.close() }
}
