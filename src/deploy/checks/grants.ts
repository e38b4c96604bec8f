import { type CheckInput, listPart, ofType, type Placed, part } from './finding.js'
import { valueText } from './valueText.js'

/** One action that a role permits, or denies, on one resource. */
export interface Grant {
  readonly allowed: boolean
  readonly action: string
  readonly resource: string
  /** Beginnings of the keys of the items that it is for; absent: all. */
  readonly items?: string
}

interface Statement {
  readonly Effect?: string
  readonly Action?: unknown
  readonly Resource?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What the policies of a role say, and those that are attached to it by themselves. */
export function grantsOf(role: Placed, input: CheckInput): Grant[] {
  const attached = ofType(input, 'AWS::IAM::RolePolicy').filter(
    ({ resource, stack }) => valueText(part(resource, 'RoleName'), stack, input) === `\${${role.id}}`,
  )
  const documents = [
    ...listPart(role.resource, 'Policies').map(
      (policy) => (policy as { PolicyDocument?: unknown }).PolicyDocument,
    ),
    ...attached.map(({ resource }) => part(resource, 'PolicyDocument')),
  ]
  return documents
    .flatMap((document) => listOf((document as { Statement?: unknown }).Statement) as Statement[])
    .flatMap(({ Effect, Action, Resource, Condition }) =>
      listOf(Action).flatMap((action) =>
        listOf(Resource).map((resource) => {
          return {
            allowed: Effect === 'Allow',
            action: String(action),
            resource: valueText(resource, role.stack, input),
            ...(Condition && { items: itemsOf(Condition) }),
          }
        }),
      ),
    )
}

/** What DynamoDB's condition on keys says, else the condition itself, which then is nobody's wish. */
function itemsOf(condition: NonNullable<Statement['Condition']>): string {
  const keys = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']
  return Object.keys(condition).length === 1 && keys !== undefined
    ? listOf(keys).map(String).join(',')
    : JSON.stringify(condition)
}

/** The role of a function, in whatever stack it is. */
export function roleOf(lambda: Placed, input: CheckInput): Placed | undefined {
  const arn = valueText(part(lambda.resource, 'Role'), lambda.stack, input)
  return ofType(input, 'AWS::IAM::Role').find(({ id }) => arn === `\${${id}.Arn}`)
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
