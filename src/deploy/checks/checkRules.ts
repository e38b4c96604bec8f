import { type CheckInput, type Finding, listPart, ofType, part } from './finding.js'
import { valueText } from './valueText.js'

/** Each rule calls a function that is there, and the function lets the rule call it. */
export function checkRules(input: CheckInput): Finding[] {
  const functions = ofType(input, 'AWS::Lambda::Function')
  const permissions = ofType(input, 'AWS::Lambda::Permission')
  const workgroups = ofType(input, 'AWS::Athena::WorkGroup').map(({ resource }) => part(resource, 'Name'))
  return ofType(input, 'AWS::Events::Rule').flatMap((rule) => {
    const finding = (message: string): Finding => ({ check: 'rules', place: rule.place, message })
    const targets = listPart(rule.resource, 'Targets') as { Arn?: unknown }[]
    const named = part(rule.resource, 'EventPattern', 'detail', 'workgroupName') as unknown[] | undefined
    return [
      ...(targets.length === 0 ? [finding('It calls nothing.')] : []),
      ...(named ?? [])
        .filter((name) => !workgroups.includes(name))
        .map((name) => finding(`There is no workgroup ${String(name)}.`)),
      ...targets.flatMap(({ Arn }) => {
        const target = valueText(Arn, rule.stack, input)
        const called = functions.find(({ id }) => target === `\${${id}.Arn}`)
        if (!called) return [finding(`Its function ${target} is not there.`)]
        const permitted = permissions.some(
          ({ resource, stack }) =>
            valueText(part(resource, 'FunctionName'), stack, input) === `\${${called.id}}` &&
            valueText(part(resource, 'SourceArn'), stack, input) === `\${${rule.id}.Arn}` &&
            part(resource, 'Principal') === 'events.amazonaws.com' &&
            part(resource, 'Action') === 'lambda:InvokeFunction',
        )
        return permitted ? [] : [finding(`The function ${called.id} doesn't let it call.`)]
      }),
    ]
  })
}
