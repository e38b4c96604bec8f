import { GraphiQL } from 'graphiql'
import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { exampleDocument } from './exampleDocument.js'
import './page.css'

/** The page stands at `/` or at `/graphql`, under whatever path the server is mounted: the API is its neighbour. */
const endpoint = new URL('graphql', location.href)
endpoint.search = ''

const HEADERS_NEEDED = '{\n  "x-api-key": ""\n}'
const KEY_NEEDED = `# This server asks for an API key.
# Enter it under "Headers" below:
#
#   { "x-api-key": "your key" }
#
# and then press "Re-fetch GraphQL schema"
# at the bottom left.
`

async function ask(parameters, headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(parameters),
  })
  return response.json()
}

/** What the editors hold at first: examples of this very schema, or where to put the key. */
async function start() {
  try {
    const { data } = await ask({ query: getIntrospectionQuery({ descriptions: false }) })
    if (data) return { defaultQuery: exampleDocument(buildClientSchema(data)) }
  } catch {
    // GraphiQL asks again and shows what is wrong.
  }
  return {
    defaultQuery: KEY_NEEDED,
    defaultHeaders: HEADERS_NEEDED,
    defaultEditorToolsVisibility: 'headers',
  }
}

const parameters = new URLSearchParams(location.search)
const given = (name) => parameters.get(name) ?? undefined

start().then((defaults) => {
  createRoot(document.getElementById('page')).render(
    createElement(GraphiQL, {
      fetcher: (request, options) => ask(request, options?.headers),
      query: given('query'),
      variables: given('variables'),
      operationName: given('operationName'),
      ...defaults,
    }),
  )
})
