import type { Json } from './json.js'

/** Number of the model's JSON layout. A host refuses a newer one and migrates an older one. */
export const MODEL_FORMAT = 1

/** The scalars of GraphQL and of AppSync. All are built in, whether or not a schema declares them. */
export const SCALARS = [
  'ID',
  'String',
  'Int',
  'Float',
  'Boolean',
  'AWSDateTime',
  'AWSDate',
  'AWSTime',
  'AWSTimestamp',
  'AWSEmail',
  'AWSJSON',
  'AWSURL',
  'AWSPhone',
  'AWSIPAddress',
] as const

export type ScalarName = (typeof SCALARS)[number]

/** A use of a type: a named type or a list, each nullable or not. */
export type TypeRef = NamedType | ListType

export type NamedType = ScalarType | EnumTypeRef | ValueTypeRef | ResponseTypeRef

export interface ScalarType {
  readonly kind: 'scalar'
  readonly name: ScalarName
  readonly nonNull: boolean
}

/** A use of an enum in `Project.enums`. */
export interface EnumTypeRef {
  readonly kind: 'enum'
  readonly name: string
  readonly nonNull: boolean
}

/** A use of a value type in `Project.valueTypes`. */
export interface ValueTypeRef {
  readonly kind: 'value'
  readonly name: string
  readonly nonNull: boolean
}

/** A use of a response type in `Project.responseTypes`; only statements return one. */
export interface ResponseTypeRef {
  readonly kind: 'response'
  readonly name: string
  readonly nonNull: boolean
}

export interface ListType {
  readonly kind: 'list'
  readonly item: TypeRef
  readonly nonNull: boolean
}

export interface Field {
  readonly name: string
  readonly type: TypeRef
  readonly description?: string
}

export interface EnumType {
  readonly name: string
  readonly description?: string
  readonly values: readonly string[]
}

/** An object type without `id`: stored nested in an entity. Never recursive. */
export interface ValueType {
  readonly name: string
  readonly description?: string
  readonly fields: readonly Field[]
}

/** A type marked `@task_response`: describes a statement's rows and nothing else. */
export interface ResponseType {
  readonly name: string
  readonly description?: string
  readonly fields: readonly Field[]
}

/**
 * A stored type. `fields` are in the schema's order and always hold `id`, `createdAt` and `updatedAt`
 * (the two times are appended when the schema does not declare them).
 */
export interface Entity {
  readonly name: string
  /** Lake name: the type's name in lower case. Keys, messages, hashes and tables use it. */
  readonly table: string
  /** As `list{Plural}` uses it: `Users`. */
  readonly plural: string
  readonly description?: string
  readonly fields: readonly Field[]
}

/** A many-to-many table made by `$join_table(name)`. */
export interface JoinTable {
  /** Lake name, lower case. */
  readonly table: string
  /** In the order of the INSERT that declares it. */
  readonly columns: readonly JoinColumn[]
}

export type JoinColumn = EntityColumn | PlainColumn

/** A column that holds the id of an entity. Never null. */
export interface EntityColumn {
  readonly kind: 'entity'
  readonly name: string
  /** Lake name of the entity. */
  readonly entity: string
}

/** A further column of a relation. */
export interface PlainColumn {
  readonly kind: 'plain'
  readonly name: string
  readonly type: ScalarType | EnumTypeRef
}

export interface Argument {
  readonly name: string
  /** A scalar, an enum, or a list (of lists) of one. */
  readonly type: TypeRef
  readonly description?: string
  /** Default as an input value; absent means none. */
  readonly default?: Json
}

/**
 * SQL with holes, in Trino's dialect. Binding concatenates: every `text` as it stands, every `arg` as
 * the literal that its context asks for. No lexer runs at run time.
 */
export type SqlTemplate = readonly SqlPart[]

/** What has a `text` can always be written as that: only hosts whose tables are none of the engine's look further. */
export type SqlPart =
  | { readonly text: string }
  | SqlTablePart
  | SqlWithPart
  | {
      readonly arg: string
      /**
       * `value`: a typed literal. `inList`: a parenthesised list after IN. `literal`: escaped text inside
       * a string literal whose quotes are in the neighbouring texts. `count`: a row count after
       * LIMIT, OFFSET or FETCH, where only a non-negative integer literal is grammatical.
       */
      readonly context: 'value' | 'inList' | 'literal' | 'count'
    }

/** A reference to a lake table in FROM or after TABLE, which another relation can take the place of. */
export interface SqlTablePart {
  /** The reference as the statement has it. */
  readonly text: string
  /** Lake name. */
  readonly table: string
  /** Whether the statement may call it by the table's name, so that what takes its place needs that as its alias. */
  readonly named: boolean
}

/** The WITH that the statement begins with, RECURSIVE included: further queries go right behind it. */
export interface SqlWithPart {
  readonly text: string
  readonly with: true
}

/** One column of a SELECT's result as the analyzer saw it. */
export interface ResultColumn {
  readonly name: string
  /** Type of an array, a row or a map. Absent for every other column. */
  readonly nested?: NestedResultType
}

/**
 * Type of an array, a row or a map in a result, in Trino's terms. The keys of a map are texts. `scalar` names Trino's type:
 * `varchar`, `decimal`.
 */
export type NestedResultType =
  | { readonly kind: 'array'; readonly item: ResultType }
  | { readonly kind: 'row'; readonly fields: readonly { readonly name: string; readonly type: ResultType }[] }
  | { readonly kind: 'map'; readonly value: ResultType }

export type ResultType = NestedResultType | { readonly kind: 'scalar'; readonly name: string }

export type Statement = SelectStatement | DeleteStatement | InsertStatement

interface StatementBase {
  /** The schema field's name: `getTrending`. */
  readonly name: string
  readonly description?: string
  readonly args: readonly Argument[]
}

/** A SELECT. `mode` says whether it answers directly (SYNC) or as a task. */
export interface SelectStatement extends StatementBase {
  readonly kind: 'select'
  readonly mode: 'TASK' | 'SYNC'
  /** Declared type of the field. */
  readonly returns: TypeRef
  readonly sql: SqlTemplate
  /**
   * The same statement with its arrays and rows selected as JSON texts, for engines whose results are text. Absent when
   * it has none of them.
   */
  readonly textSql?: SqlTemplate
  readonly columns: readonly ResultColumn[]
  /** Lake names of the tables that it reads. */
  readonly tables: readonly string[]
}

/** A DELETE on a join table, as the SELECT of the rows that it removes. Always a task. */
export interface DeleteStatement extends StatementBase {
  readonly kind: 'delete'
  readonly joinTable: string
  /** Yields the distinct `s3Key`, `relationId` of the rows to remove, in this order. */
  readonly sql: SqlTemplate
  readonly tables: readonly string[]
}

/** An INSERT of one relation. */
export interface InsertStatement extends StatementBase {
  readonly kind: 'insert'
  readonly joinTable: string
  /** One entry for each column of the join table, in its order. A column that the INSERT leaves out is a constant null. */
  readonly values: readonly InsertValue[]
}

export type InsertValue =
  | { readonly column: string; readonly arg: string }
  | { readonly column: string; readonly constant: Json }

/**
 * One field of the generated API: one handler in the runtime, one resolver in the embedded server, one
 * Lambda function on AWS.
 */
export type Operation = EntityOperation | StatementOperation

export interface EntityOperation {
  readonly kind: 'create' | 'read' | 'update' | 'delete' | 'list'
  readonly parent: 'Query' | 'Mutation'
  /** The API field's name: `createUser`. */
  readonly field: string
  /** Lake name of the entity. */
  readonly entity: string
}

export interface StatementOperation {
  readonly kind: 'insertRelation' | 'syncQuery' | 'triggerTask' | 'taskResult'
  readonly parent: 'Query' | 'Mutation'
  readonly field: string
  /** Name of the statement in `Project.statements`. */
  readonly statement: string
}

export type OperationKind = Operation['kind']

/** What a schema means: the frozen result of compiling it, plain JSON, and all that a host needs to run it. */
export interface Project {
  readonly format: typeof MODEL_FORMAT
  /** 3 to 24 characters, lower case: a letter, then letters, digits and single hyphens. */
  readonly name: string
  /** First 32 hex characters of the SHA-256 of the canonical JSON of everything but `name` and `hash`. */
  readonly hash: string
  readonly enums: readonly EnumType[]
  readonly valueTypes: readonly ValueType[]
  readonly responseTypes: readonly ResponseType[]
  readonly entities: readonly Entity[]
  readonly joinTables: readonly JoinTable[]
  readonly statements: readonly Statement[]
  readonly operations: readonly Operation[]
  /** The generated API in SDL, scalars declared, no directives. */
  readonly sdl: string
}
