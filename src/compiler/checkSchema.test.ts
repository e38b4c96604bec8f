import { describe, expect, test } from 'vitest'
import { SCHEMA_CODES } from '../errors/schemaCodes.js'
import { compileSchema } from './compile.js'

/** A schema with the diagnostics that it must give: `line:column code message`, then `hint: …`. */
type Case = readonly [name: string, sdl: string, expected: readonly string[]]

const USER = 'type User { id: ID! name: String }'

const CASES: readonly Case[] = [
  [
    'a missing colon',
    'type User {\n  id: ID!\n  name String\n}',
    ['3:8 OCG1001 Syntax error: expected ":", found Name "String".'],
  ],
  [
    'an operation',
    `${USER}\nquery Top { listUsers { items { id } } }\nfragment F on User { id }\n{ a }`,
    [
      '2:7 OCG1006 A query is sent to the API; it is no part of a schema.',
      'hint: Remove it, or define a type: type Query { … }',
      '3:10 OCG1006 A fragment is sent to the API; it is no part of a schema.',
      'hint: Remove it, or define a type: type Query { … }',
      '4:1 OCG1006 A query is sent to the API; it is no part of a schema.',
      'hint: Remove it, or define a type: type Query { … }',
    ],
  ],
  [
    'nothing to build',
    'enum Color { RED }',
    [
      '1:1 OCG1005 The schema has no entity and no statement, so there is no API to build.',
      'hint: Add an entity, for example: type User { id: ID! name: String }',
    ],
  ],
  [
    'nothing but a built-in scalar',
    'scalar AWSDate',
    [
      '1:1 OCG1005 The schema has no entity and no statement, so there is no API to build.',
      'hint: Add an entity, for example: type User { id: ID! name: String }',
    ],
  ],
  [
    'an empty file',
    '# nothing here\n',
    [
      '1:1 OCG1005 The schema has no entity and no statement, so there is no API to build.',
      'hint: Add an entity, for example: type User { id: ID! name: String }',
    ],
  ],
  [
    'interfaces and implements',
    'interface Node { id: ID! }\ntype User implements Node & Named { id: ID! }',
    [
      '1:11 OCG1010 Interface Node is not possible: each entity is a table of its own.',
      'hint: Remove the interface and write its fields in each type.',
      '2:22 OCG1011 Type User implements Node, but there are no interfaces.',
      'hint: Remove "implements Node & Named".',
      '2:29 OCG1011 Type User implements Named, but there are no interfaces.',
      'hint: Remove "implements Node & Named".',
    ],
  ],
  [
    'a union, also as the type of a field',
    `${USER}\nunion Any = User | Post\ntype Post { id: ID! any: Any }`,
    [
      '2:7 OCG1012 Union Any is not possible: a column has one type.',
      'hint: Use one type with nullable fields, and an enum that says which of them are set.',
    ],
  ],
  [
    'an input type',
    `${USER}\ninput Filter { name: String }`,
    [
      '2:7 OCG1013 Input type Filter is not possible: the input types are generated.',
      'hint: Remove it. Arguments of a statement are scalars, enums and lists of them.',
    ],
  ],
  [
    'custom scalars; built-in ones may be declared',
    `${USER}\nscalar AWSDate\nscalar DateTime\nscalar constructor`,
    [
      '3:8 OCG1014 Scalar DateTime is not possible: there are only the built-in scalars.',
      'hint: Use AWSDateTime instead.',
      '4:8 OCG1014 Scalar constructor is not possible: there are only the built-in scalars.',
      'hint: The scalars are ID, String, Int, Float, Boolean, AWSDateTime, AWSDate, AWSTime, AWSTimestamp, AWSEmail, AWSJSON, AWSURL, AWSPhone, AWSIPAddress.',
    ],
  ],
  [
    'Subscription',
    `${USER}\ntype Subscription { created: User @aws_subscribe }`,
    [
      '2:6 OCG1015 Type Subscription is not possible: there are no subscriptions.',
      'hint: Remove the type Subscription.',
    ],
  ],
  [
    'other names of root types',
    `${USER}\nschema { query: Root mutation: Mutation subscription: Sub }\ntype Root { n: Int @sql_query(query: "SELECT 1") }`,
    [
      '2:17 OCG1016 The query type is called Root, but it must be called Query.',
      'hint: Rename type Root to Query, and remove the schema definition.',
      '2:55 OCG1015 The schema names a subscription type, but there are no subscriptions.',
      'hint: Remove it from the schema definition.',
    ],
  ],
  [
    'directive definitions; the built-in ones may be declared',
    `${USER}\ndirective @sql_query(query: String!, mode: SqlMode = TASK) on FIELD_DEFINITION\nenum SqlMode { TASK SYNC }\ndirective @task_response on OBJECT\ndirective @auth(role: String) on OBJECT`,
    [
      "5:12 OCG1017 Directive @auth can't be defined: it would have no meaning.",
      'hint: Remove the definition. The directives @sql_query and @task_response are built in.',
    ],
  ],
  [
    'unknown directives',
    'type User @toString @task_respons { id: ID! @unique name: String @key }',
    [
      '1:12 OCG1020 There is no directive @toString.',
      'hint: There are @sql_query for fields of Query and Mutation, and @task_response for types.',
      '1:22 OCG1020 There is no directive @task_respons.',
      'hint: Did you mean @task_response?',
      '1:46 OCG1020 There is no directive @unique.',
      'hint: There are @sql_query for fields of Query and Mutation, and @task_response for types.',
      '1:67 OCG1020 There is no directive @key.',
      'hint: There are @sql_query for fields of Query and Mutation, and @task_response for types.',
    ],
  ],
  [
    'directives at the wrong place',
    `type User { id: ID! name: String @task_response }\nenum Color @task_response { RED }\ntype Query @task_response { n: Int @sql_query(query: "SELECT 1") }`,
    [
      '1:35 OCG1021 @task_response stands on User.name, but it belongs on an object type.',
      'hint: Write it behind the name of the type: type X @task_response { … }',
      '2:13 OCG1021 @task_response stands on Color, but it belongs on an object type.',
      'hint: Write it behind the name of the type: type X @task_response { … }',
      '3:13 OCG1021 @task_response stands on Query, which is no result of a statement.',
      'hint: Remove it.',
    ],
  ],
  [
    'arguments of directives',
    `${USER}\ntype Stats @task_response(name: "x") { n: Int }\ntype Query {\n  a: Int @sql_query(sql: "SELECT 1")\n  b: Int @sql_query(query: 1)\n  c: Int @sql_query(query: "SELECT 1", mode: SINC)\n  d: Int @sql_query\n  e: Int @sql_query(query: " ")\n  f: Int @sql_query(query: "SELECT 1", query: "SELECT 2")\n  g: Int @sql_query(query: "SELECT 1") @sql_query(query: "SELECT 2")\n}`,
    [
      '2:27 OCG1022 @task_response has no argument "name".',
      'hint: It has no arguments.',
      '4:21 OCG1022 @sql_query has no argument "sql".',
      'hint: Its arguments are query and mode.',
      '5:28 OCG1023 The argument "query" of @sql_query must be a string.',
      'hint: Write the statement as a string: @sql_query(query: "SELECT …")',
      '6:46 OCG1023 The argument "mode" of @sql_query must be TASK or SYNC.',
      'hint: Did you mean SYNC?',
      '7:11 OCG1023 @sql_query lacks its argument "query".',
      'hint: Write the statement as a string: @sql_query(query: "SELECT …")',
      '8:28 OCG1023 The argument "query" of @sql_query is empty.',
      'hint: Write the statement as a string: @sql_query(query: "SELECT …")',
      '9:40 OCG1024 The argument "query" of @sql_query is given twice.',
      'hint: Remove one of them.',
      '10:41 OCG1024 @sql_query stands twice on Query.g.',
      'hint: Remove one of them.',
    ],
  ],
  [
    '@deprecated',
    'type User { id: ID! name: String @deprecated }',
    [
      '1:35 OCG1025 @deprecated has no effect: the generated API carries no directives.',
      'hint: Say it in the description.',
    ],
  ],
  [
    'reserved names',
    'type __A { id: ID! __b: Int }\ntype AWSThing { id: ID! }\ntype String { id: ID! }\nenum E { __X }',
    [
      '1:6 OCG1030 The type __A begins with "__", which GraphQL keeps for itself.',
      'hint: Choose another name.',
      '1:20 OCG1030 The field __b begins with "__", which GraphQL keeps for itself.',
      'hint: Choose another name.',
      '2:6 OCG1030 The name AWSThing begins with "AWS", which AppSync keeps for its own types.',
      'hint: Choose another name.',
      '3:6 OCG1030 The name String belongs to a built-in scalar.',
      'hint: Choose another name.',
      '4:10 OCG1030 The enum value __X begins with "__", which GraphQL keeps for itself.',
      'hint: Choose another name.',
    ],
  ],
  [
    'a type twice; mistakes in the second are found too',
    `${USER}\ntype User { id: ID! age: Integer }`,
    [
      '2:6 OCG1031 Type User is defined twice.',
      'hint: To add fields, write: extend type User { … }',
      '2:26 OCG1040 Field age of User has the type Integer, which is not defined.',
      'hint: Use Int instead.',
    ],
  ],
  [
    'fields twice',
    'type User { id: ID! name: String name: Int Name: Int CREATEDAT: Int }',
    [
      '1:34 OCG1032 Field name of User is defined twice.',
      'hint: Rename or remove one of them.',
      '1:44 OCG1032 Fields name and Name of User differ only in case, which SQL does not tell apart.',
      'hint: Rename or remove one of them.',
      '1:54 OCG1032 Field CREATEDAT of User differs only in case from createdAt, which every entity has.',
      'hint: Rename it, or write it as createdAt.',
    ],
  ],
  [
    'enum values and arguments twice',
    `${USER}\nenum Color { RED GREEN RED red }\ntype Query { n(a: Int, A: Int, a: Int): Int @sql_query(query: "SELECT $args.a") }`,
    [
      '2:24 OCG1033 Value RED of Color is defined twice.',
      'hint: Remove one of them.',
      '3:24 OCG1034 Arguments a and A of Query.n differ only in case.',
      'hint: Rename or remove one of them.',
      '3:32 OCG1034 Argument a of Query.n is defined twice.',
      'hint: Rename or remove one of them.',
    ],
  ],
  [
    'types that differ in case',
    'type OrderItem { id: ID! }\ntype Orderitem { id: ID! }',
    ['2:6 OCG1035 Types OrderItem and Orderitem differ only in case.', 'hint: Rename one of them.'],
  ],
  [
    'a join table with the name of an entity, and one with a name of the system',
    `${USER}\ntype Mutation {\n  a(u: ID!): Boolean! @sql_query(query: "INSERT INTO $join_table(user) (userId:User) VALUES ($args.u)")\n  b(u: ID!): Boolean! @sql_query(query: "INSERT INTO $join_table(task) (userId:User) VALUES ($args.u)")\n}`,
    [
      '3:66 OCG1035 Join table user has the name of the entity User.',
      'hint: Rename the join table.',
      "4:66 OCG1037 Join table task can't have this name: the system's own keys begin with it.",
      'hint: Rename the join table.',
    ],
  ],
  [
    'generated names',
    `${USER}\ntype UserConnection { id: ID! }\nenum taskStatus { A }\ntype Query {\n  readUser(id: ID!): Int @sql_query(query: "SELECT 1 WHERE $args.id = ''", mode: SYNC)\n  listusers: Int @sql_query(query: "SELECT 1")\n  a: Int @sql_query(query: "SELECT 1")\n  taskResultA: Int @sql_query(query: "SELECT 1", mode: SYNC)\n}`,
    [
      '2:6 OCG1036 Type UserConnection collides with UserConnection, generated for User.',
      'hint: Rename UserConnection.',
      '3:6 OCG1036 Type taskStatus collides with TaskStatus, of the generated API.',
      'hint: Rename taskStatus.',
      '5:3 OCG1036 Field readUser collides with readUser, generated for User.',
      'hint: Rename readUser.',
      '8:3 OCG1036 Field taskResultA collides with taskResultA, generated for a.',
      'hint: Rename taskResultA.',
    ],
  ],
  [
    'two generated names',
    'type Person { id: ID! }\ntype People { id: ID! }\ntype A { id: ID! b: AInput }\ntype AInput { n: Int }',
    [
      '2:6 OCG1036 Field listPeople, generated for People, collides with listPeople, generated for Person.',
      'hint: Rename People.',
    ],
  ],
  [
    'a type that is called like a root but for its case',
    'type mutation { id: ID! }',
    ['1:6 OCG1036 Type mutation collides with Mutation, of the generated API.', 'hint: Rename mutation.'],
  ],
  [
    'names that are too long',
    `type ${'A'.repeat(129)} { id: ID! ${'b'.repeat(128)}: Int }\ntype Mutation {\n  a(u: ID!): Boolean! @sql_query(query: "INSERT INTO $join_table(${'t'.repeat(200)}) (userId:${'A'.repeat(129)}) VALUES ($args.u)")\n}`,
    [
      '1:6 OCG1050 The name of type AAAAAAAAAAAAAAAAAAAA… has 129 characters; 128 are possible.',
      'hint: Choose a shorter name.',
      '3:66 OCG1050 The name of join table tttttttttttttttttttt… has 200 characters; 128 are possible.',
      'hint: Choose a shorter name.',
    ],
  ],
  [
    'mistakes in the statements of a root that is defined twice',
    `${USER}\ntype Query { a: Int @sql_query(query: "SELECT 1") }\ntype Query { b: Int @sql_query(query: "SELECT x FROM user") }`,
    [
      '3:6 OCG1031 Type Query is defined twice.',
      'hint: To add fields, write: extend type Query { … }',
      '3:47 OCG2052 There is no column "x".',
      'hint: Columns are id, name, createdAt, updatedAt, year, month, day.',
    ],
  ],
  [
    'names of the system',
    'type Task { id: ID! }\ntype joinRelation { id: ID! pk: String _REV: Int }',
    [
      "1:6 OCG1037 Entity Task can't have this name: the system's own keys begin with it.",
      'hint: Choose another name, such as TaskItem or MyTask.',
      "2:6 OCG1037 Entity joinRelation can't have this name: the system's own keys begin with it.",
      'hint: Choose another name, such as joinRelationItem or MyjoinRelation.',
      '2:29 OCG1038 Field pk of joinRelation has the name of the attribute PK, which the system stores on every item.',
      'hint: Choose another name.',
      '2:40 OCG1038 Field _REV of joinRelation has the name of the attribute _rev, which the system stores on every item.',
      'hint: Choose another name.',
    ],
  ],
  [
    "numbers in the attribute of DynamoDB's time to live, and what is none",
    'type Offer { id: ID! expiresAt: AWSTimestamp! }\ntype Code { id: ID! expiresAt: AWSDateTime }\ntype Pass { id: ID! expiresat: Int until: Until }\ntype Until { expiresAt: Int }\ntype Query { a: Int @sql_query(query: "SELECT 1") }\ntype Mutation { give(o: ID!, c: ID!, t: Int): Boolean! @sql_query(query: "INSERT INTO $join_table(given) (o:Offer, c:Code, expiresAt:Int) VALUES ($args.o, $args.c, $args.t)") }',
    [
      '1:22 OCG1038 Field expiresAt of Offer is a number: on AWS, DynamoDB removes an item once the time in its attribute expiresAt has come.',
      'hint: Choose another name, such as endsAt, or the type AWSDateTime.',
      '6:124 OCG2032 The column "expiresAt" is a number: on AWS, DynamoDB removes an item once the time in its attribute expiresAt has come.',
      'hint: Choose another name for the column, such as endsAt, or the type AWSDateTime.',
    ],
  ],
  [
    'extensions',
    `${USER}\nextend type User { age: Int }\nextend type Usr { age: Int }\nextend enum User { A }\nextend type Query { n: Int @sql_query(query: "SELECT 1") }\nextend type AWSDate { a: Int }`,
    [
      '3:13 OCG1039 There is no type Usr to extend.',
      'hint: Did you mean "User"?',
      '4:13 OCG1039 User is extended as enum, but it is defined as type.',
      'hint: Write: extend type User { … }',
      "6:13 OCG1039 AWSDate is a built-in scalar and can't be extended.",
      'hint: Remove the extension.',
    ],
  ],
  [
    'unknown types',
    'type User { id: ID! a: Strng b: [Colour!]! c: constructor d: Whatever }\nenum Color { RED }',
    [
      '1:24 OCG1040 Field a of User has the type Strng, which is not defined.',
      'hint: Did you mean "String"?',
      '1:34 OCG1040 Field b of User has the type Colour, which is not defined.',
      'hint: Did you mean "Color"?',
      '1:47 OCG1040 Field c of User has the type constructor, which is not defined.',
      'hint: Define it, or use one of ID, String, Int, Float, Boolean, AWSDateTime, …',
      '1:62 OCG1040 Field d of User has the type Whatever, which is not defined.',
      'hint: Define it, or use one of ID, String, Int, Float, Boolean, AWSDateTime, …',
    ],
  ],
  [
    'fields of entity types',
    'type Post { id: ID! author: User editors: [User!]! place: Place }\ntype User { id: ID! manager: User! }\ntype Place { owner: User }',
    [
      '1:29 OCG1041 Field author of Post has the type User, which is an entity: entities are stored apart and refer to each other by id.',
      'hint: Store the id instead: authorId: ID',
      '1:44 OCG1041 Field editors of Post has the type User, which is an entity: entities are stored apart and refer to each other by id.',
      'hint: Store the id instead: editorIds: [ID!]!',
      '2:30 OCG1041 Field manager of User has the type User, which is an entity: entities are stored apart and refer to each other by id.',
      'hint: Store the id instead: managerId: ID!',
      '3:21 OCG1041 Field owner of Place has the type User, which is an entity: entities are stored apart and refer to each other by id.',
      'hint: Store the id instead: ownerId: ID',
    ],
  ],
  [
    'fields of response and root types',
    `type User { id: ID! stats: Stats query: Query }\ntype Stats @task_response { n: Int more: More user: User }\ntype More @task_response { n: Int }\ntype Query { n: [Stats] @sql_query(query: "SELECT 1 AS n, NULL AS more") }`,
    [
      '1:28 OCG1042 Field stats of User has the type Stats, which only describes the result of a statement and is not stored.',
      'hint: Use a value type: an object type without id and without @task_response.',
      '1:41 OCG1042 Field query of User has the type Query, which is a root of the API.',
      'hint: Use a scalar, an enum or a value type.',
      '2:53 OCG1041 Field user of Stats has the type User, which is an entity: entities are stored apart and refer to each other by id.',
      'hint: Store the id instead: userId: ID',
    ],
  ],
  [
    'recursive types',
    'type User { id: ID! c: Comment a: A }\ntype Comment { replies: [Comment!] }\ntype A { b: B }\ntype B { c: C d: D }\ntype C { a: A }\ntype D { n: Int }',
    [
      '2:26 OCG1043 Type Comment contains itself.',
      'hint: Make it an entity (id: ID!), and let fields such as parentId: ID say what belongs to what.',
      '5:13 OCG1043 Type A contains itself through B, C.',
      'hint: Make it an entity (id: ID!), and let fields such as parentId: ID say what belongs to what.',
    ],
  ],
  [
    'types without fields',
    `${USER}\ntype Address\nenum Color\ntype Query`,
    [
      '2:6 OCG1044 Type Address has no fields.',
      'hint: Add fields, or remove the type.',
      '3:6 OCG1044 Enum Color has no values.',
      'hint: Add values, or remove the enum.',
      '4:6 OCG1044 Type Query has no fields.',
      'hint: Add a statement, or remove the type.',
    ],
  ],
  [
    'ids and times of other types',
    'type A { id: String! }\ntype B { id: ID }\ntype C { id: [ID!]! createdAt: String updatedAt: AWSDateTime }',
    [
      '1:14 OCG1045 The id of A has the type String!, but an id is ID!.',
      'hint: Write id: ID!, or rename the field if A is a part of another type.',
      '2:14 OCG1045 The id of B has the type ID, but an id is ID!.',
      'hint: Write id: ID!, or rename the field if B is a part of another type.',
      '3:14 OCG1045 The id of C has the type [ID!]!, but an id is ID!.',
      'hint: Write id: ID!, or rename the field if C is a part of another type.',
      '3:32 OCG1046 createdAt of C has the type String, but the system sets it as AWSDateTime!.',
      'hint: Write createdAt: AWSDateTime!, or remove the field: every entity has it.',
    ],
  ],
  [
    'arguments of stored fields',
    'type User { id: ID! posts(limit: Int): Int }',
    [
      '1:27 OCG1047 Field posts of User has arguments, but it is a value and nothing to call.',
      'hint: Remove the arguments, or make it a statement: a field of Query with @sql_query.',
    ],
  ],
  [
    'unused types',
    `${USER}\ntype Address { country: Country }\ntype Country { name: String }\ntype Stats @task_response { n: Int }`,
    [
      '2:6 OCG1048 Type Address is not used.',
      'hint: Add id: ID! to store it on its own, use it as the type of a field, or mark it @task_response.',
      '3:6 OCG1048 Type Country is not used.',
      'hint: Add id: ID! to store it on its own, use it as the type of a field, or mark it @task_response.',
      '4:6 OCG1048 Type Stats is marked @task_response, but no statement returns it.',
      'hint: Return it from a field of Query, or remove it.',
    ],
  ],
  [
    'fields without a statement, and a statement elsewhere',
    `type User { id: ID! posts: Int @sql_query(query: "SELECT 1") }\ntype Query { users: [String] }\ntype Mutation { touch: Boolean }`,
    [
      '1:33 OCG1061 @sql_query stands on User.posts, but it belongs on fields of Query and Mutation.',
      'hint: Move the field to Query and give it an argument for what it needs of this type.',
      '2:14 OCG1060 Field users of Query has no @sql_query.',
      'hint: Add @sql_query(query: "…"), or remove the field: reading and writing entities is generated.',
      '3:17 OCG1060 Field touch of Mutation has no @sql_query.',
      'hint: Add @sql_query(query: "…"), or remove the field: reading and writing entities is generated.',
    ],
  ],
  [
    'mutations',
    `${USER}\ntype Mutation {\n  like(u: ID!): Int @sql_query(query: "INSERT INTO $join_table(likes) (userId:User) VALUES ($args.u)", mode: TASK)\n}`,
    [
      '3:17 OCG1064 Field like of Mutation returns Int, but a mutation returns Boolean! (INSERT) or Boolean (DELETE).',
      'hint: Write Boolean! for an INSERT, Boolean for a DELETE.',
      '3:104 OCG1062 Field like of Mutation has a mode, but mode is for fields of Query.',
      'hint: Remove mode: an INSERT answers directly, a DELETE is a task.',
    ],
  ],
  [
    'results of queries',
    `${USER}\ntype Query {\n  a: [User] @sql_query(query: "SELECT id FROM user")\n  b: [[Int]] @sql_query(query: "SELECT 1")\n  c: Nowhere @sql_query(query: "SELECT 1")\n  d: Place @sql_query(query: "SELECT 1 AS n")\n}\ntype Place { n: Int }`,
    [
      '3:7 OCG1063 Field a of Query returns User, which is not marked @task_response.',
      'hint: Define a type with the columns of the result: type X @task_response { … }',
      '4:6 OCG1063 Field b of Query returns a list of lists, but the result of a statement is one list of rows.',
      'hint: Write [Int].',
      '5:6 OCG1040 Field c of Query has the type Nowhere, which is not defined.',
      'hint: Define it, or use one of ID, String, Int, Float, Boolean, AWSDateTime, …',
      '6:6 OCG1063 Field d of Query returns Place, which is not marked @task_response.',
      'hint: Write: type Place @task_response { … }',
    ],
  ],
  [
    'arguments of statements',
    `${USER}\ntype Place { n: Int }\nenum Color { RED }\ntype Query {\n  a(user: User, place: [Place!], x: Nope): Int @sql_query(query: "SELECT $args.user, $args.place, $args.x")\n  b(n: Int = "ten", c: Color = GREEN, d: Color = "RED", e: Int! = null, f: [Int] = [1, 2.5], g: String = RED, h: AWSDate = "2024-02-30"): Int @sql_query(query: "SELECT $args.n, $args.c, $args.d, $args.e, $args.f, $args.g, $args.h")\n}`,
    [
      '5:11 OCG1065 Argument user of Query.a has the type User, but arguments are scalars, enums and lists of them.',
      'hint: Take the id: userId: ID!',
      '5:25 OCG1065 Argument place of Query.a has the type Place, but arguments are scalars, enums and lists of them.',
      'hint: Take one argument for each field of Place.',
      '5:37 OCG1040 Argument x of Query.a has the type Nope, which is not defined.',
      'hint: Define it, or use one of ID, String, Int, Float, Boolean, AWSDateTime, …',
      '6:14 OCG1066 The default of argument n of Query.b does not fit: Int must be a whole number, found "ten".',
      '6:32 OCG1066 The default of argument c of Query.b does not fit: Color has no value GREEN.',
      'hint: The values are RED.',
      '6:50 OCG1066 The default of argument d of Query.b does not fit: a value of Color was expected.',
      'hint: Write RED without quotation marks.',
      '6:67 OCG1066 The default of argument e of Query.b does not fit: it is null, but the type is required.',
      '6:88 OCG1066 The default of argument f of Query.b does not fit: Int must be a whole number, found 2.5.',
      '6:106 OCG1066 The default of argument g of Query.b does not fit: String was expected, found RED.',
      'hint: Put it in quotation marks: "RED"',
      '6:124 OCG1066 The default of argument h of Query.b does not fit: AWSDate "2024-02-30" is no day of the calendar.',
    ],
  ],
  [
    'two statements of one name',
    `${USER}\ntype Query { like: Int @sql_query(query: "SELECT 1") }\ntype Mutation { Like(u: ID!): Boolean! @sql_query(query: "INSERT INTO $join_table(likes) (userId:User) VALUES ($args.u)") }`,
    ['3:17 OCG1068 Field Like of Mutation has the name of a field of Query.', 'hint: Rename one of them.'],
  ],
  [
    'too deeply nested brackets',
    `${USER}\ntype Query { n(a: ${'['.repeat(70)}Int${']'.repeat(70)}): Int @sql_query(query: "SELECT 1") }`,
    ['2:81 OCG1002 Brackets are nested more than 64 levels deep here.'],
  ],
]

describe('every rule', () => {
  test.each(CASES)('%s', async (_name, sdl, expected) => {
    expect(await diagnose(sdl)).toEqual(expected)
  })
})

test('every code of the schema has a case, but those of sizes and of the project', () => {
  const seen = new Set(CASES.flatMap(([, , expected]) => expected.map((line) => line.split(' ')[1])))
  const elsewhere = ['OCG1003', 'OCG1004', 'OCG1007']
  expect(Object.keys(SCHEMA_CODES).filter((code) => !seen.has(code) && !elsewhere.includes(code))).toEqual([])
})

test.each(
  Object.entries(SCHEMA_CODES).flatMap(([code, doc]) =>
    'example' in doc ? [[code, doc.example] as const] : [],
  ),
)('the documented example of %s has this mistake', async (code, example) => {
  expect((await diagnose(example)).join('\n')).toContain(` ${code} `)
})

test.each([
  ['ab', 'is shorter than 3 characters', 'my-shop'],
  ['a'.repeat(25), 'is longer than 24 characters', 'a'.repeat(24)],
  ['1shop', 'does not begin with a lower-case letter', 'shop'],
  ['My Shop', 'does not begin with a lower-case letter', 'my-shop'],
  ['my_shop', 'has characters other than lower-case letters, digits and hyphens', 'my-shop'],
  ['my--shop', 'has two hyphens in a row', 'my-shop'],
  ['shop-', 'ends with a hyphen', 'shop'],
])('the project name %j %s', async (project, reason, proposal) => {
  const { diagnostics } = await compileSchema([{ file: 'a.graphql', text: USER }], { project })
  expect(diagnostics).toMatchObject([
    {
      code: 'OCG1007',
      message: `The project name ${JSON.stringify(project)} ${reason}.`,
      hint: `Use lower-case letters, digits and single hyphens, such as "${proposal}".`,
    },
  ])
})

test.each(['abc', 'my-shop-2', 'a'.repeat(24)])('the project name %s is good', async (project) => {
  expect((await compileSchema([{ file: 'a.graphql', text: USER }], { project })).ok).toBe(true)
})

async function diagnose(text: string): Promise<string[]> {
  const { diagnostics } = await compileSchema([{ file: 'schema.graphql', text }], { project: 'shop' })
  return diagnostics.flatMap(({ position, code, message, hint }) => [
    `${position.line}:${position.column} ${code} ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ])
}
