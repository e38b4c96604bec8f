import { overloaded, type Rules, signature } from '../functionRule.js'
import { VARBINARY, VARCHAR } from '../types.js'

const B = VARBINARY
const S = VARCHAR

export const binaryRules: Rules = {
  from_base64: overloaded(signature([S], B, 'from_base64')),
  from_hex: overloaded(signature([S], B, 'from_hex')),
  from_utf8: overloaded(signature([B], S, 'ocg_from_utf8')),
  md5: overloaded(signature([B], B, (value) => `from_hex(md5(${value}))`)),
  sha1: overloaded(signature([B], B, (value) => `from_hex(sha1(${value}))`)),
  sha256: overloaded(signature([B], B, (value) => `from_hex(sha256(${value}))`)),
  to_base64: overloaded(signature([B], S, 'to_base64')),
  to_hex: overloaded(signature([B], S, 'hex')),
  to_utf8: overloaded(signature([S], B, 'encode')),
  uuid: overloaded(signature([], { kind: 'uuid' }, () => 'uuid()')),
}
