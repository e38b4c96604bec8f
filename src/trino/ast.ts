/** UTF-16 offsets of a node in the statement's text; `end` is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A name as written: the case of the text, quotes removed. Names are compared without regard to case, quoted or not. */
export interface Name extends Span {
  readonly text: string
}

export interface Query extends Span {
  readonly with?: With
  readonly body: QueryBody
  readonly orderBy: readonly SortItem[]
  readonly offset?: Expression
  /** Absent also for LIMIT ALL. */
  readonly limit?: Limit
}

export interface With {
  readonly recursive: boolean
  readonly queries: readonly NamedQuery[]
}

export interface NamedQuery extends Span {
  readonly name: Name
  readonly columns?: readonly Name[]
  readonly query: Query
}

export interface Limit extends Span {
  readonly count: Expression
  readonly withTies: boolean
}

export type QueryBody = Select | SetOperation | Values | TableQuery | ParenthesizedQuery

export interface Select extends Span {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from: readonly Relation[]
  readonly where?: Expression
  readonly groupBy?: GroupBy
  readonly having?: Expression
  readonly windows: readonly NamedWindow[]
}

export interface SetOperation extends Span {
  readonly kind: 'setOperation'
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
}

export interface Values extends Span {
  readonly kind: 'values'
  readonly rows: readonly Expression[]
}

export interface TableQuery extends Span {
  readonly kind: 'tableQuery'
  readonly name: readonly Name[]
}

export interface ParenthesizedQuery extends Span {
  readonly kind: 'parenthesized'
  readonly query: Query
}

export type SelectItem = SelectExpression | SelectAll

export interface SelectExpression extends Span {
  readonly kind: 'expression'
  readonly expression: Expression
  readonly alias?: Name
}

/** `*` or `t.*`. */
export interface SelectAll extends Span {
  readonly kind: 'all'
  readonly of?: Expression
  readonly columns?: readonly Name[]
}

export interface GroupBy {
  readonly distinct: boolean
  readonly elements: readonly GroupingElement[]
}

export type GroupingElement =
  | { readonly kind: 'simple'; readonly expressions: readonly Expression[] }
  | { readonly kind: 'rollup' | 'cube' | 'sets'; readonly sets: readonly (readonly Expression[])[] }

export interface SortItem extends Span {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'FIRST' | 'LAST'
}

export interface NamedWindow {
  readonly name: Name
  readonly window: WindowSpec
}

export interface WindowSpec extends Span {
  /** Another window that this one refines. */
  readonly base?: Name
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortItem[]
  readonly frame?: Frame
}

export interface Frame extends Span {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
  readonly from: FrameBound
  readonly to?: FrameBound
}

export type FrameBound =
  | { readonly kind: 'unboundedPreceding' | 'unboundedFollowing' | 'currentRow' }
  | { readonly kind: 'preceding' | 'following'; readonly value: Expression }

export type Relation = TableRelation | SubqueryRelation | UnnestRelation | Join

interface Aliased extends Span {
  readonly alias?: Name
  readonly columns?: readonly Name[]
}

export interface TableRelation extends Aliased {
  readonly kind: 'table'
  readonly name: readonly Name[]
}

export interface SubqueryRelation extends Aliased {
  readonly kind: 'subquery'
  readonly lateral: boolean
  readonly query: Query
}

export interface UnnestRelation extends Aliased {
  readonly kind: 'unnest'
  readonly expressions: readonly Expression[]
  readonly ordinality: boolean
}

export interface Join extends Span {
  readonly kind: 'join'
  readonly type: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'
  readonly left: Relation
  readonly right: Relation
  readonly on?: Expression
  readonly using?: readonly Name[]
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

export type Expression = Span &
  (
    | { readonly kind: 'null' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'integer' | 'decimal' | 'double'; readonly text: string }
    | { readonly kind: 'string'; readonly value: string }
    /** Hexadecimal digits, an even number. */
    | { readonly kind: 'binary'; readonly hex: string }
    /** `DATE '2024-01-31'`. */
    | { readonly kind: 'typedLiteral'; readonly type: string; readonly value: string }
    | {
        readonly kind: 'interval'
        readonly negative: boolean
        readonly value: string
        readonly from: string
        readonly to?: string
      }
    | { readonly kind: 'name'; readonly name: Name }
    | { readonly kind: 'field'; readonly base: Expression; readonly name: Name }
    | { readonly kind: 'subscript'; readonly base: Expression; readonly index: Expression }
    | { readonly kind: 'row'; readonly items: readonly Expression[] }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | { readonly kind: 'logical'; readonly operator: 'AND' | 'OR'; readonly terms: readonly Expression[] }
    | { readonly kind: 'not'; readonly operand: Expression }
    | {
        readonly kind: 'comparison'
        readonly operator: ComparisonOperator
        readonly left: Expression
        readonly right: Expression
      }
    | {
        readonly kind: 'quantified'
        readonly operator: ComparisonOperator
        readonly quantifier: 'ALL' | 'ANY'
        readonly left: Expression
        readonly query: Query
      }
    | {
        readonly kind: 'distinctFrom'
        readonly not: boolean
        readonly left: Expression
        readonly right: Expression
      }
    | {
        readonly kind: 'between'
        readonly not: boolean
        readonly operand: Expression
        readonly low: Expression
        readonly high: Expression
      }
    | {
        readonly kind: 'inList'
        readonly not: boolean
        readonly operand: Expression
        readonly items: readonly Expression[]
      }
    | { readonly kind: 'inQuery'; readonly not: boolean; readonly operand: Expression; readonly query: Query }
    | {
        readonly kind: 'like'
        readonly not: boolean
        readonly operand: Expression
        readonly pattern: Expression
        readonly escape?: Expression
      }
    | { readonly kind: 'isNull'; readonly not: boolean; readonly operand: Expression }
    | {
        readonly kind: 'arithmetic'
        readonly operator: BinaryOperator
        readonly left: Expression
        readonly right: Expression
      }
    | { readonly kind: 'sign'; readonly negative: boolean; readonly operand: Expression }
    | { readonly kind: 'concat'; readonly terms: readonly Expression[] }
    | { readonly kind: 'atTimeZone'; readonly operand: Expression; readonly zone: Expression }
    | {
        readonly kind: 'case'
        readonly operand?: Expression
        readonly whens: readonly { readonly when: Expression; readonly result: Expression }[]
        readonly else?: Expression
      }
    | {
        readonly kind: 'cast'
        readonly safe: boolean
        readonly operand: Expression
        readonly type: TypeName
      }
    | { readonly kind: 'extract'; readonly field: Name; readonly operand: Expression }
    | { readonly kind: 'exists'; readonly query: Query }
    | { readonly kind: 'subquery'; readonly query: Query }
    | { readonly kind: 'lambda'; readonly parameters: readonly Name[]; readonly body: Expression }
    | Call
  )

export interface Call extends Span {
  readonly kind: 'call'
  /** As written; special forms such as `TRIM(BOTH … FROM …)` and `POSITION(… IN …)` are calls of their function. */
  readonly name: Name
  readonly args: readonly Expression[]
  /** `count(*)`. */
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly SortItem[]
  readonly filter?: Expression
  readonly nulls?: 'IGNORE' | 'RESPECT'
  readonly over?: WindowSpec | Name
}

export type TypeName = Span &
  (
    | { readonly kind: 'simple'; readonly name: string; readonly parameters: readonly number[] }
    | { readonly kind: 'array'; readonly item: TypeName }
    | { readonly kind: 'map'; readonly key: TypeName; readonly value: TypeName }
    | { readonly kind: 'row'; readonly fields: readonly { readonly name?: Name; readonly type: TypeName }[] }
  )
