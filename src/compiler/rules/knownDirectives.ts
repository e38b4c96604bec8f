import type { ConstDirectiveNode } from 'graphql'
import { didYouMean } from '../../errors/suggest.js'
import type { Report } from '../report.js'
import { DIRECTIVES } from './directives.js'
import type { Rule } from './rule.js'

type Where = 'type' | 'enum' | 'field' | 'rootField' | 'argument' | 'enumValue' | 'schema'

/** Directives exist, and stand where they have a meaning. */
export const knownDirectives: Rule = (schema, report) => {
  for (const type of schema.all) {
    // Reported as a whole.
    if (type.role === 'subscription') continue
    const isRoot = type.role === 'query' || type.role === 'mutation'
    check(type.directives, type.role === 'enum' ? 'enum' : 'type', type.name, report)
    for (const value of type.values)
      check(value.directives, 'enumValue', `${type.name}.${value.name.value}`, report)
    for (const field of type.fields) {
      const name = `${type.name}.${field.name.value}`
      check(field.directives, isRoot ? 'rootField' : 'field', name, report)
      for (const argument of field.arguments ?? []) check(argument.directives, 'argument', name, report)
    }
  }
  for (const node of schema.definitions) {
    if (node.kind === 'SchemaDefinition' || node.kind === 'SchemaExtension') {
      check(node.directives, 'schema', 'the schema', report)
    }
  }
}

function check(
  directives: readonly ConstDirectiveNode[] | undefined,
  where: Where,
  owner: string,
  report: Report,
): void {
  const seen = new Set<string>()
  for (const directive of directives ?? []) {
    const name = directive.name.value
    if (name === 'deprecated') warnDeprecated(directive, where, report)
    else if (!DIRECTIVES.has(name)) reportUnknown(directive, report)
    else if (seen.has(name)) {
      report.error('OCG1024', directive.name, `@${name} stands twice on ${owner}.`, {
        hint: 'Remove one of them.',
      })
    } else if (name === 'task_response' && where !== 'type') {
      report.error(
        'OCG1021',
        directive.name,
        `@task_response stands on ${owner}, but it belongs on an object type.`,
        {
          hint: 'Write it behind the name of the type: type X @task_response { … }',
        },
      )
    } else if (name === 'task_response' && (owner === 'Query' || owner === 'Mutation')) {
      report.error(
        'OCG1021',
        directive.name,
        `@task_response stands on ${owner}, which is no result of a statement.`,
        {
          hint: 'Remove it.',
        },
      )
    } else if (name === 'sql_query' && where !== 'rootField') {
      report.error(
        'OCG1061',
        directive.name,
        `@sql_query stands on ${owner}, but it belongs on fields of Query and Mutation.`,
        {
          hint:
            where === 'field'
              ? 'Move the field to Query and give it an argument for what it needs of this type.'
              : 'Remove it.',
        },
      )
    }
    seen.add(name)
  }
}

function warnDeprecated(directive: ConstDirectiveNode, where: Where, report: Report): void {
  const fits = where === 'field' || where === 'rootField' || where === 'argument' || where === 'enumValue'
  if (fits) {
    report.warn(
      'OCG1025',
      directive.name,
      '@deprecated has no effect: the generated API carries no directives.',
      {
        hint: 'Say it in the description.',
      },
    )
  } else {
    report.error(
      'OCG1021',
      directive.name,
      '@deprecated stands on a type, but it belongs on fields and values.',
      {
        hint: 'Remove it.',
      },
    )
  }
}

function reportUnknown(directive: ConstDirectiveNode, report: Report): void {
  const name = directive.name.value
  const hint =
    didYouMean(name, DIRECTIVES.keys(), (one) => `@${one}`) ??
    'There are @sql_query for fields of Query and Mutation, and @task_response for types.'
  report.error('OCG1020', directive.name, `There is no directive @${name}.`, { hint })
}
