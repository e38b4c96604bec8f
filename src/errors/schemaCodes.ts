import type { DiagnosticDoc } from './diagnosticDoc.js'

/** Codes of mistakes in a schema: OCG1001 to OCG1999. Statements have their own in `statementCodes.ts`. */
export const SCHEMA_CODES = {
  OCG1001: {
    title: 'Syntax error',
    explanation:
      'The text is not valid GraphQL at this place. The compiler goes on with the next field or definition, so one syntax error does not hide other mistakes.',
    example: 'type User {\n  id ID!\n}',
    fix: 'Correct the text at the marked place. Often a colon, a brace or a quotation mark is missing.',
  },
  OCG1002: {
    title: 'Nested too deeply',
    explanation:
      'Brackets are nested more than 64 levels deep, or types more than 32. No schema needs that, and a limit keeps the compiler, and the columns of the lake, within bounds.',
    fix: 'Take levels away. A type that is nested so deeply is often better an entity of its own.',
  },
  OCG1003: {
    title: 'Schema too large',
    explanation:
      'All files of a schema together may have 1,000,000 characters. AppSync takes no larger ones.',
    fix: 'Remove what is not needed, or split the schema into several projects.',
  },
  OCG1004: {
    title: 'Too many mistakes',
    explanation: 'After 1,000 mistakes the compiler stops reporting more of them.',
    fix: 'Correct the mistakes above and compile again. Is this file a GraphQL schema at all?',
  },
  OCG1005: {
    title: 'Nothing to build',
    explanation:
      'A project needs at least one entity (an object type with `id: ID!`) or one statement (a field with `@sql_query`); otherwise there is no API to build.',
    example: 'enum Color { RED GREEN }',
    fix: 'Add an entity, for example `type User { id: ID! name: String }`.',
  },
  OCG1006: {
    title: 'Not a type definition',
    explanation:
      'A schema holds definitions of types. Queries, mutations and fragments are what clients send to the API.',
    example: '{ readUser(id: "1") { name } }',
    fix: 'Remove the operation from the schema, or define the type that was meant: `type Query { … }`.',
  },
  OCG1007: {
    title: 'Project name not usable',
    explanation:
      'The name of a project is part of the names of tables, buckets and functions. It is lower-case: a letter, then letters, digits and single hyphens; 3 to 24 characters.',
    fix: 'Choose another name, such as `my-shop`.',
  },
  OCG1010: {
    title: 'Interfaces are not supported',
    explanation:
      'Each entity is its own table with its own columns, so there is nothing that an interface could stand for.',
    example: 'interface Node { id: ID! }',
    fix: 'Remove the interface and repeat its fields in each type.',
  },
  OCG1011: {
    title: 'A type implements an interface',
    explanation: 'Interfaces are not supported, so no type can implement one.',
    example: 'type User implements Node { id: ID! }',
    fix: 'Remove `implements …`.',
  },
  OCG1012: {
    title: 'Unions are not supported',
    explanation: 'A column of a table has one type, so a field can not be one of several object types.',
    example: 'union SearchResult = User | Post',
    fix: 'Use one type with nullable fields and an enum that says which of them are set.',
  },
  OCG1013: {
    title: 'Input types are generated',
    explanation:
      'The input types of the API (`CreateUserInput`, `UpdateUserInput`, …) are generated from the entities. Arguments of statements are scalars, enums and lists of them.',
    example: 'input UserFilter { name: String }',
    fix: 'Remove the input type. Give the statement one argument for each of its fields.',
  },
  OCG1014: {
    title: 'Custom scalars are not supported',
    explanation:
      "A scalar needs a format and a column type on every host. The scalars are GraphQL's five (ID, String, Int, Float, Boolean) and AppSync's (AWSDateTime, AWSDate, AWSTime, AWSTimestamp, AWSEmail, AWSJSON, AWSURL, AWSPhone, AWSIPAddress). Declaring one of those is allowed and changes nothing.",
    example: 'scalar DateTime',
    fix: 'Use the built-in scalar that comes nearest, such as `AWSDateTime` for `DateTime` or `AWSJSON` for `JSON`.',
  },
  OCG1015: {
    title: 'Subscriptions are not supported',
    explanation: 'The generated API has queries and mutations.',
    example: 'type Subscription { userCreated: User }',
    fix: 'Remove the type `Subscription`.',
  },
  OCG1016: {
    title: 'Other names for the root types',
    explanation: 'The root types of the generated API are called `Query` and `Mutation`.',
    example: 'schema { query: Root }',
    fix: 'Name the types `Query` and `Mutation`, and remove the schema definition.',
  },
  OCG1017: {
    title: 'Directive definition',
    explanation:
      'The directives `@sql_query` and `@task_response` are built in (declaring them is allowed and changes nothing). Others would have no meaning.',
    example: 'directive @auth(role: String) on OBJECT',
    fix: 'Remove the definition and the uses of the directive.',
  },
  OCG1020: {
    title: 'Unknown directive',
    explanation: 'The schema uses a directive that does not exist.',
    example: 'type Query { top: Int @sql(query: "SELECT 1") }',
    fix: 'Correct the name. There are `@sql_query` for fields of `Query` and `Mutation`, and `@task_response` for types.',
  },
  OCG1021: {
    title: 'Directive at the wrong place',
    explanation:
      '`@task_response` stands on object types that describe the result of a statement, `@sql_query` on fields.',
    example: 'enum Color @task_response { RED }',
    fix: 'Move the directive to the type or field that was meant, or remove it.',
  },
  OCG1022: {
    title: 'Unknown argument of a directive',
    explanation: '`@sql_query` has the arguments `query` and `mode`; `@task_response` has none.',
    example: 'type Query { top: Int @sql_query(sql: "SELECT 1") }',
    fix: 'Correct the name of the argument, or remove it.',
  },
  OCG1023: {
    title: 'Argument of a directive missing or not valid',
    explanation:
      'The argument `query` of `@sql_query` is required: a string that holds one SQL statement. `mode` is TASK or SYNC.',
    example: 'type Query { top: Int @sql_query(query: 1) }',
    fix: 'Give the argument the value that it expects: `@sql_query(query: "SELECT …", mode: SYNC)`.',
  },
  OCG1024: {
    title: 'Repeated directive or argument',
    explanation:
      'A directive may stand only once at one place, and each of its arguments may be given only once.',
    fix: 'Remove all but one of them.',
  },
  OCG1025: {
    title: '@deprecated has no effect',
    explanation:
      'The generated API carries no directives, so clients do not see that something is deprecated.',
    fix: 'Say it in the description, or remove the directive.',
  },
  OCG1030: {
    title: 'Reserved name',
    explanation:
      'Names that begin with two underscores belong to GraphQL, types that begin with `AWS` to AppSync, and the names of the built-in scalars and directive types to the system.',
    example: 'type AWSThing { id: ID! }',
    fix: 'Choose another name.',
  },
  OCG1031: {
    title: 'Type defined twice',
    explanation: 'Two types of the schema have the same name, in one file or in several.',
    example: 'type User { id: ID! }\ntype User { id: ID! name: String }',
    fix: 'Rename or remove one, or turn it into `extend type …` to add fields.',
  },
  OCG1032: {
    title: 'Field defined twice',
    explanation:
      'Two fields of a type have the same name. SQL does not tell upper from lower case, so names that differ only in case count as the same; so do names that collide with the fields `id`, `createdAt` and `updatedAt` of every entity.',
    example: 'type User { id: ID! name: String Name: String }',
    fix: 'Rename or remove one of the fields.',
  },
  OCG1033: {
    title: 'Enum value defined twice',
    explanation: 'Two values of an enum have the same name.',
    example: 'enum Color { RED RED }',
    fix: 'Remove one of them.',
  },
  OCG1034: {
    title: 'Argument defined twice',
    explanation:
      'Two arguments of a field have the same name; names that differ only in case count as the same.',
    example: 'type Query { top(n: Int, N: Int): Int @sql_query(query: "SELECT 1") }',
    fix: 'Rename or remove one of them.',
  },
  OCG1035: {
    title: 'Names differ only in case',
    explanation:
      'Entities and join tables are tables in SQL, under their names in lower case, so no two of them may have names that differ only in case. The same holds for the types of the API.',
    example: 'type OrderItem { id: ID! }\ntype Orderitem { id: ID! }',
    fix: 'Rename one of them.',
  },
  OCG1036: {
    title: 'Collision with a generated name',
    explanation:
      'The API has generated types and fields, such as `CreateUserInput`, `UserConnection`, `TaskStatus`, `readUser` and `triggerTask…`. A name of the schema, or a name generated from another type, is the same without regard to case.',
    example: 'type User { id: ID! }\ntype UserConnection { id: ID! }',
    fix: 'Rename the type or field of the schema.',
  },
  OCG1037: {
    title: 'Table name of the system',
    explanation:
      'Keys in the table begin with the name of the entity. The names joinRelation, joinTableData, task, deadLetter, meta and entity begin keys of the system itself, without regard to case.',
    example: 'type Task { id: ID! }',
    fix: 'Choose another name, such as `Job` or `ShopTask` instead of `Task`.',
  },
  OCG1038: {
    title: 'Attribute name of the system',
    explanation:
      'Every stored item has attributes of the system: PK, SK, entityType, _rev and _incarnation. No field of an entity may have one of these names, without regard to case. Nor may one called expiresAt be a number (Int, Float, AWSTimestamp): on AWS, that is the attribute by which DynamoDB removes expired tasks, and it would remove the entity.',
    example: 'type User { id: ID! entityType: String }',
    fix: 'Choose another name.',
  },
  OCG1039: {
    title: 'Extension without its type',
    explanation:
      '`extend type X` adds fields to a type that is defined elsewhere in the schema; only `Query` and `Mutation` may be extended without a definition. `extend enum X` adds values to an enum.',
    example: 'extend type User { name: String }',
    fix: 'Define the type, or correct the name or the kind in the extension.',
  },
  OCG1040: {
    title: 'Unknown type',
    explanation:
      'A field or an argument has a type that the schema does not define and that is not built in.',
    example: 'type User { id: ID! age: Integer }',
    fix: 'Correct the name, or define the type.',
  },
  OCG1041: {
    title: 'Field of an entity type',
    explanation:
      'Entities are stored on their own and refer to each other by id. Joins are made by statements, many-to-many relations by `$join_table(…)`.',
    example: 'type Post { id: ID! author: User }\ntype User { id: ID! }',
    fix: "Store the other entity's id: `authorId: ID` instead of `author: User`.",
  },
  OCG1042: {
    title: 'Type not usable here',
    explanation:
      'A type marked `@task_response` only describes the result of a statement: it is not stored. `Query` and `Mutation` are the roots of the API and nothing else.',
    example: 'type Stats @task_response { n: Int }\ntype User { id: ID! stats: Stats }',
    fix: 'Use a value type: an object type without `id` and without `@task_response`.',
  },
  OCG1043: {
    title: 'Recursive type',
    explanation:
      'A value type is stored inside its entity and has a fixed set of columns, so it can not contain itself, directly or through other types. The same holds for response types.',
    example: 'type Comment { text: String replies: [Comment] }',
    fix: 'Make the type an entity (`id: ID!`) with a field for the id of its parent, such as `parentId: ID`.',
  },
  OCG1044: {
    title: 'Type without fields',
    explanation: 'An object type needs at least one field, an enum at least one value.',
    example: 'type Address',
    fix: 'Add fields or values, or remove the type.',
  },
  OCG1045: {
    title: 'id is not ID!',
    explanation:
      'A type with a field `id` is an entity, and the id of an entity is always there and of the type ID.',
    example: 'type User { id: String }',
    fix: 'Write `id: ID!`. If the type is not meant to be stored on its own, rename the field.',
  },
  OCG1046: {
    title: 'createdAt or updatedAt of another type',
    explanation:
      'The two times exist on every entity and are set by the system. They may be declared, as AWSDateTime.',
    example: 'type User { id: ID! createdAt: String }',
    fix: 'Write `createdAt: AWSDateTime!`, remove the field, or rename it if something else is meant.',
  },
  OCG1047: {
    title: 'Arguments on a stored field',
    explanation:
      'Fields of stored types and of results hold values. Only fields of `Query` and `Mutation` have arguments.',
    example: 'type User { id: ID! posts(limit: Int): Int }',
    fix: 'Remove the arguments, or make the field a statement on `Query`.',
  },
  OCG1048: {
    title: 'Type is not used',
    explanation:
      'An object type without `id` is stored inside an entity, and this one is in none; a type marked `@task_response` is the result of a statement, and no statement returns this one. It is not part of the API.',
    example: 'type User { id: ID! }\ntype Address { city: String }',
    fix: 'Use the type, remove it, or give it `id: ID!` to make it an entity.',
  },
  OCG1050: {
    title: 'Name too long',
    explanation:
      'Names of types, fields, arguments and join tables have at most 128 characters. They are parts of keys, columns and generated names, which have limits of their own.',
    fix: 'Choose a shorter name.',
  },
  OCG1060: {
    title: 'Field without a statement',
    explanation:
      'Every field of `Query` and `Mutation` in the schema is a statement and has `@sql_query`. Operations on entities (`readUser`, `createUser`, …) are generated and not declared.',
    example: 'type Query { users: [String] }',
    fix: 'Add `@sql_query(query: "SELECT …")`, or remove the field.',
  },
  OCG1061: {
    title: '@sql_query at the wrong place',
    explanation:
      '`@sql_query` stands on fields of `Query` and `Mutation` only; fields of other types are stored values.',
    example: 'type User { id: ID! posts: Int @sql_query(query: "SELECT 1") }',
    fix: 'Move the field to `Query` and give it an argument, such as `userId: ID!`.',
  },
  OCG1062: {
    title: 'mode on a mutation',
    explanation:
      '`mode` says whether a SELECT answers directly or as a task. An INSERT always answers directly, a DELETE is always a task.',
    fix: 'Remove `mode`.',
  },
  OCG1063: {
    title: 'Result type of a query',
    explanation:
      'A SELECT returns scalars, enums, or object types marked `@task_response`, each alone or in one list.',
    example: 'type User { id: ID! }\ntype Query { all: [User] @sql_query(query: "SELECT id FROM user") }',
    fix: 'Define a type with the columns of the result and mark it `@task_response`.',
  },
  OCG1064: {
    title: 'Result type of a mutation',
    explanation:
      'A mutation that holds an INSERT has the type `Boolean!`, one that holds a DELETE has `Boolean`.',
    example: 'type Mutation { like(userId: ID!): Int @sql_query(query: "…") }',
    fix: 'Change the type of the field.',
  },
  OCG1065: {
    title: 'Type of an argument',
    explanation: 'Arguments become SQL literals, so they are scalars, enums and lists of them.',
    example:
      'type Address { city: String }\ntype Query { near(place: Address): Int @sql_query(query: "SELECT 1") }',
    fix: 'Give the field one argument for each value that the statement needs.',
  },
  OCG1066: {
    title: 'Default value does not fit',
    explanation: 'The default of an argument must be a value of its type.',
    example: 'type Query { top(n: Int = "ten"): Int @sql_query(query: "SELECT $args.n") }',
    fix: 'Correct the value or the type.',
  },
  OCG1068: {
    title: 'Two statements of one name',
    explanation:
      'A statement is known by the name of its field, in tasks, logs and functions. Two fields of `Query` and `Mutation` together can not have the same name, without regard to case.',
    fix: 'Rename one of the fields.',
  },
} as const satisfies Record<string, DiagnosticDoc>

export type SchemaCode = keyof typeof SCHEMA_CODES
