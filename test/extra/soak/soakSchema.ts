export const SOAK_SCHEMA = `
type Shelf { id: ID! label: String! }
type Book { id: ID! title: String! pages: Int! price: Float tags: [String!] shop: Shop }
type Shop { city: String! notes: [String!] }
type Placed @task_response { bookId: ID! shelfId: ID! position: Int }
type Query {
  books: Int! @sql_query(mode: SYNC, query: "SELECT count(*) FROM book")
  pages: String @sql_query(mode: SYNC, query: "SELECT CAST(sum(pages) AS varchar) FROM book")
  placed: [Placed!] @sql_query(query: "SELECT bookId, shelfId, position FROM placement ORDER BY bookId, shelfId")
}
type Mutation {
  place(bookId: ID!, shelfId: ID!, position: Int): Boolean! @sql_query(query: """
    INSERT INTO $join_table(placement) (bookId:Book, shelfId:Shelf, position:Int)
    VALUES ($args.bookId, $args.shelfId, $args.position)
  """)
  clear(shelfId: ID!): Boolean @sql_query(query: """
    DELETE p FROM $join_table(placement) p WHERE p.shelfId = $args.shelfId
  """)
}
`
