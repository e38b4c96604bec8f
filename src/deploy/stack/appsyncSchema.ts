import { type DefinitionNode, Kind, parse, print } from 'graphql'
import type { Project } from '../../model/types.js'

/**
 * The API in the SDL that AppSync takes: without declarations of scalars and of directives, and without directives.
 * AppSync has its scalars built in and refuses their declaration.
 */
export function appsyncSchema(project: Pick<Project, 'sdl'>): string {
  const document = parse(project.sdl, { noLocation: true })
  const definitions = document.definitions.filter(isTaken)
  return `${print({ ...document, definitions })}\n`
}

function isTaken(definition: DefinitionNode): boolean {
  return definition.kind !== Kind.SCALAR_TYPE_DEFINITION && definition.kind !== Kind.DIRECTIVE_DEFINITION
}
