import { buildASTSchema, type DocumentNode, Kind, parse } from 'graphql'
import { SCALARS } from '../../model/types.js'
import { type CheckInput, type Finding, ofType, part } from './finding.js'

/** AppSync's limit for a schema. */
const MAX_BYTES = 1024 * 1024

/** The kinds of definitions that AppSync takes. */
const TAKEN: readonly string[] = [
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.SCHEMA_DEFINITION,
]

/** The SDL that AppSync gets: it declares no scalar and no directive, and is a schema once AppSync's scalars are there. */
export function checkSchema(input: CheckInput): Finding[] {
  const [schema] = ofType(input, 'AWS::AppSync::GraphQLSchema')
  if (!schema) return [{ check: 'schema', place: 'Api', message: 'There is no schema.' }]
  const finding = (message: string): Finding => ({ check: 'schema', place: schema.place, message })
  const sdl = schemaText(input)
  if (sdl === undefined) return [finding('The schema is neither in the template nor in a file.')]
  const found = Buffer.byteLength(sdl) > MAX_BYTES ? [finding('The schema has more than 1 MB.')] : []
  let document: DocumentNode
  try {
    document = parse(sdl)
  } catch (error) {
    return [...found, finding(`The schema can't be read: ${(error as Error).message}`)]
  }
  const refused = document.definitions.filter(({ kind }) => !TAKEN.includes(kind))
  if (refused.length > 0) {
    return [...found, ...refused.map(({ kind }) => finding(`AppSync refuses a ${kind}.`))]
  }
  try {
    const scalars = parse(
      SCALARS.filter((name) => name.startsWith('AWS'))
        .map((name) => `scalar ${name}`)
        .join('\n'),
    )
    buildASTSchema({ ...document, definitions: [...scalars.definitions, ...document.definitions] })
  } catch (error) {
    return [...found, finding(`The schema is wrong: ${(error as Error).message}`)]
  }
  return found
}

/** The SDL in the template, else the one of the file that the template names. */
export function schemaText(input: CheckInput): string | undefined {
  const [schema] = ofType(input, 'AWS::AppSync::GraphQLSchema')
  const inline = schema && part(schema.resource, 'Definition')
  return typeof inline === 'string' ? inline : input.schema
}
