import { didYouMean } from '../../errors/suggest.js'
import { SCALARS } from '../../model/types.js'
import { isScalarName } from '../isScalarName.js'
import type { Rule } from './rule.js'

/** The scalars are GraphQL's and AppSync's. Declaring one of those is fine and changes nothing. */
export const noCustomScalars: Rule = ({ definitions }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'ScalarTypeDefinition' && node.kind !== 'ScalarTypeExtension') continue
    const name = node.name.value
    if (isScalarName(name)) continue
    report.error(
      'OCG1014',
      node.name,
      `Scalar ${name} is not possible: there are only the built-in scalars.`,
      {
        hint: instead(name),
      },
    )
  }
}

/** The built-in scalar that is meant by a name often seen elsewhere. */
export function instead(name: string): string {
  const known = USUAL_NAMES.get(name.toLowerCase())
  if (known !== undefined) return `Use ${known} instead.`
  return didYouMean(name, SCALARS) ?? `The scalars are ${SCALARS.join(', ')}.`
}

const USUAL_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    date: 'AWSDate',
    datetime: 'AWSDateTime',
    timestamp: 'AWSTimestamp or AWSDateTime',
    time: 'AWSTime',
    json: 'AWSJSON',
    jsonobject: 'AWSJSON',
    object: 'AWSJSON or a value type',
    email: 'AWSEmail',
    emailaddress: 'AWSEmail',
    url: 'AWSURL',
    uri: 'AWSURL',
    phone: 'AWSPhone',
    phonenumber: 'AWSPhone',
    ip: 'AWSIPAddress',
    ipaddress: 'AWSIPAddress',
    uuid: 'ID',
    guid: 'ID',
    integer: 'Int',
    number: 'Int or Float',
    bigint: 'AWSTimestamp, Float or String',
    long: 'AWSTimestamp, Float or String',
    double: 'Float',
    decimal: 'Float',
    bool: 'Boolean',
    text: 'String',
    str: 'String',
    varchar: 'String',
  }),
)
