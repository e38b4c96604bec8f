/** What `ocg init` writes as `README.md`: how to run the schema, and requests to try. */
export function starterReadme(name: string): string {
  return `# ${name}

A backend made of one GraphQL schema by oc-graphql.

\`\`\`sh
npx ocg dev -n ${name}          # runs it and follows schema.graphql
npx ocg validate -n ${name}     # every mistake in the schema at once
npx ocg print -n ${name}        # the generated API
\`\`\`

Open the address that \`ocg dev\` prints in a browser and try:

\`\`\`graphql
mutation {
  createUser(input: { id: "ada", name: "Ada" }) { id createdAt }
  createPost(input: { id: "hello", authorId: "ada", title: "Hello", status: PUBLISHED }) { id }
  likePost(userId: "ada", postId: "hello")
}
\`\`\`

\`\`\`graphql
query Posts { listPosts { items { id title createdAt } nextToken } }
query Search { searchPosts(text: "hell") { id title } }
\`\`\`

A statement that is a task is started, then asked for its result:

\`\`\`graphql
mutation Start { triggerTaskActiveAuthors(days: 7) { taskId } }
query Result { taskResultActiveAuthors(taskId: "…") { taskStatus result { name posts likes } } }
\`\`\`

Load rows from a file that is named after its table: \`npx ocg import -n ${name} post.jsonl\`
`
}
