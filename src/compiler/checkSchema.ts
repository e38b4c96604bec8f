import type { Report } from './report.js'
import { argumentDefaults } from './rules/argumentDefaults.js'
import { argumentTypes } from './rules/argumentTypes.js'
import { attributeNames } from './rules/attributeNames.js'
import { directiveArguments } from './rules/directiveArguments.js'
import { everyFieldHasStatement } from './rules/everyFieldHasStatement.js'
import { fieldTypes } from './rules/fieldTypes.js'
import { idType } from './rules/idType.js'
import { knownDirectives } from './rules/knownDirectives.js'
import { knownExtensions } from './rules/knownExtensions.js'
import { mutationTypes } from './rules/mutationTypes.js'
import { nameLengths } from './rules/nameLengths.js'
import { noCustomScalars } from './rules/noCustomScalars.js'
import { noDirectiveDefinitions } from './rules/noDirectiveDefinitions.js'
import { noEmptyTypes } from './rules/noEmptyTypes.js'
import { noFieldArguments } from './rules/noFieldArguments.js'
import { noInputTypes } from './rules/noInputTypes.js'
import { noInterfaces } from './rules/noInterfaces.js'
import { noModeOnMutations } from './rules/noModeOnMutations.js'
import { noOperations } from './rules/noOperations.js'
import { noRecursion } from './rules/noRecursion.js'
import { noSubscriptions } from './rules/noSubscriptions.js'
import { noUnions } from './rules/noUnions.js'
import { queryTypes } from './rules/queryTypes.js'
import { reservedNames } from './rules/reservedNames.js'
import { rootNames } from './rules/rootNames.js'
import type { Rule } from './rules/rule.js'
import { somethingToBuild } from './rules/somethingToBuild.js'
import { systemTimes } from './rules/systemTimes.js'
import { tableNames } from './rules/tableNames.js'
import { uniqueArguments } from './rules/uniqueArguments.js'
import { uniqueEnumValues } from './rules/uniqueEnumValues.js'
import { uniqueFields } from './rules/uniqueFields.js'
import { uniqueStatements } from './rules/uniqueStatements.js'
import { uniqueTypes } from './rules/uniqueTypes.js'
import type { Schema } from './schema.js'

/** In this order where one rule looks at what another has found; `fieldTypes` before `systemTimes`. */
const RULES: readonly Rule[] = [
  noOperations,
  noInterfaces,
  noUnions,
  noInputTypes,
  noCustomScalars,
  noSubscriptions,
  noDirectiveDefinitions,
  rootNames,
  knownExtensions,
  knownDirectives,
  directiveArguments,
  reservedNames,
  nameLengths,
  uniqueTypes,
  uniqueFields,
  uniqueEnumValues,
  uniqueArguments,
  uniqueStatements,
  tableNames,
  attributeNames,
  noEmptyTypes,
  fieldTypes,
  noRecursion,
  idType,
  systemTimes,
  noFieldArguments,
  everyFieldHasStatement,
  noModeOnMutations,
  queryTypes,
  mutationTypes,
  argumentTypes,
  argumentDefaults,
  somethingToBuild,
]

/** Checks a schema against every rule but those that need its statements. */
export function checkSchema(schema: Schema, report: Report): void {
  for (const rule of RULES) rule(schema, report)
}
