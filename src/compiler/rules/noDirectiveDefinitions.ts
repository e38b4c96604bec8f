import { BUILT_IN_ENUM } from '../schema.js'
import { DIRECTIVES } from './directives.js'
import type { Rule } from './rule.js'

/** Only the built-in directives can be declared, which changes nothing. */
export const noDirectiveDefinitions: Rule = ({ definitions }, report) => {
  for (const node of definitions) {
    if (node.kind === 'DirectiveDefinition' || node.kind === 'DirectiveExtension') {
      const name = node.name.value
      if (DIRECTIVES.has(name) || name === 'deprecated') continue
      report.error('OCG1017', node.name, `Directive @${name} can't be defined: it would have no meaning.`, {
        hint: 'Remove the definition. The directives @sql_query and @task_response are built in.',
      })
    } else if (node.kind === 'EnumTypeDefinition' && node.name.value === BUILT_IN_ENUM) {
      const values = node.values?.map((value) => value.name.value).sort() ?? []
      if (values.join() === 'SYNC,TASK') continue
      report.error(
        'OCG1030',
        node.name,
        `The name ${BUILT_IN_ENUM} belongs to the argument "mode" of @sql_query.`,
        {
          hint: 'Choose another name for your enum, or give it the values TASK and SYNC.',
        },
      )
    }
  }
}
