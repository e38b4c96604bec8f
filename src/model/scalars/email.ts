/**
 * Why a text is no AWSEmail (`local-part@domain-part` of RFC 822, without comments and display names), as the end of
 * a sentence; undefined when it is one.
 */
export function checkEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const valid =
    at > 0 && text.length <= MAX_LENGTH && isLocalPart(text.slice(0, at)) && isDomain(text.slice(at + 1))
  return valid ? undefined : 'must be an email address of the form local-part@domain-part'
}

/** Longest address that mail systems carry. Source: RFC 5321, 4.5.3.1.3, without the angle brackets. */
const MAX_LENGTH = 254

const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+$/
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const QUOTED = /^"(?:[^"\\\r\n\u0080-\uFFFF]|\\[^\u0080-\uFFFF])*"$/
const DOMAIN_LITERAL = /^\[[0-9A-Za-z.:]+\]$/

function isLocalPart(text: string): boolean {
  if (text.length > 64) return false
  return QUOTED.test(text) || text.split('.').every((atom) => ATOM.test(atom))
}

function isDomain(text: string): boolean {
  return DOMAIN_LITERAL.test(text) || text.split('.').every((label) => LABEL.test(label))
}
