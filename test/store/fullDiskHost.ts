import { createInterface } from 'node:readline'
import { openBackend } from '../../src/host/openBackend.js'

/** A backend as a process of its own: it answers each line, a GraphQL request or `health`, with a line. */
const [data] = process.argv.slice(2) as [string]

const schema = `
  type Note { id: ID! text: String! }
  type Query {
    notes: Int! @sql_query(mode: SYNC, query: "SELECT count(*) FROM note")
    texts: [String!] @sql_query(query: "SELECT text FROM note ORDER BY id")
  }
`

async function main(): Promise<void> {
  const backend = await openBackend({ schema, data })
  process.stdout.write('ready\n')
  for await (const line of createInterface({ input: process.stdin })) {
    const answer =
      line === 'health'
        ? await (await backend.fetch(new Request('http://localhost/health'))).text()
        : JSON.stringify(await backend.execute(JSON.parse(line)))
    process.stdout.write(`${answer}\n`)
  }
  await backend.close()
}

void main()
