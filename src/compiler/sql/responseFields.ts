import type { Field, Project, TypeRef } from '../../model/types.js'
import type { RequiredPlace } from './checkNulls.js'
import { typeText } from './typeText.js'

/** The fields that a statement's rows fill; undefined where a row is one value. */
export function responseFields(
  returns: TypeRef,
  types: Pick<Project, 'responseTypes' | 'valueTypes'>,
): readonly Field[] | undefined {
  const type = returns.kind === 'list' ? returns.item : returns
  if (type.kind === 'response') return types.responseTypes.find((one) => one.name === type.name)?.fields ?? []
  if (type.kind === 'value') return types.valueTypes.find((one) => one.name === type.name)?.fields ?? []
  return undefined
}

/** The places of a response that are never null. */
export function requiredPlaces(returns: TypeRef, fields: readonly Field[] | undefined): RequiredPlace[] {
  const type = returns.kind === 'list' ? returns.item : returns
  if (!fields)
    return type.nonNull ? [{ label: `the declared type ${typeText(type)}`, column: undefined }] : []
  const owner = type.kind === 'list' ? '' : type.name
  return fields
    .filter((field) => field.type.nonNull)
    .map(({ name }) => ({ label: `${owner}.${name}`, column: name.toLowerCase() }))
}
