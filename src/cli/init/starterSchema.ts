/** What `ocg init` writes as `schema.graphql`: one of everything, small enough to read in a minute. */
export const STARTER_SCHEMA = `# A type with an id is an entity: it is stored and gets create, read, update, delete and list.
# createdAt and updatedAt are there without being declared.
type User {
  id: ID!
  name: String!
  email: AWSEmail
}

type Post {
  id: ID!
  authorId: ID!
  title: String!
  body: String
  status: PostStatus!
  tags: [String!]
}

enum PostStatus {
  DRAFT
  PUBLISHED
}

# A type marked @task_response only describes what a statement answers.
type AuthorActivity @task_response {
  authorId: ID!
  name: String!
  posts: Int!
  likes: Int!
}

type PostHit @task_response {
  id: ID!
  title: String!
  createdAt: AWSDateTime!
}

type Query {
  # A TASK: triggerTaskActiveAuthors starts it, taskResultActiveAuthors answers when it is done.
  activeAuthors(days: Int = 30): [AuthorActivity!]
    @sql_query(
      query: """
      SELECT u.id AS authorId, u.name AS name,
             CAST(count(DISTINCT p.id) AS integer) AS posts,
             CAST(count(l.relationId) AS integer) AS likes
      FROM user u
      JOIN post p ON p.authorId = u.id
      LEFT JOIN post_like l ON l.postId = p.id
      WHERE p.createdAt >= current_timestamp - interval '$args.days' day
      GROUP BY u.id, u.name
      ORDER BY likes DESC, posts DESC, u.name
      """
    )

  # SYNC statements answer at once.
  searchPosts(text: String!): [PostHit!]
    @sql_query(
      mode: SYNC
      query: """
      SELECT id, title, createdAt
      FROM post
      WHERE lower(title) LIKE lower('%$args.text%')
      ORDER BY createdAt DESC
      LIMIT 50
      """
    )
}

type Mutation {
  # A join table: one row for each user who likes a post. It goes when either of the two is deleted.
  likePost(userId: ID!, postId: ID!): Boolean!
    @sql_query(
      query: """
      INSERT INTO $join_table(post_like) (userId:User, postId:Post)
      VALUES ($args.userId, $args.postId)
      """
    )

  unlikePost(userId: ID!, postId: ID!): Boolean
    @sql_query(
      query: """
      DELETE l FROM $join_table(post_like) l
      WHERE l.userId = $args.userId AND l.postId = $args.postId
      """
    )
}
`
