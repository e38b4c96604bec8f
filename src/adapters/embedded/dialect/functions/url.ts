import { overloaded, type Rules, signature } from '../functionRule.js'
import { BIGINT, VARCHAR } from '../types.js'

const S = VARCHAR

/** Parts of a URL; a part that is absent is NULL for host and port, and empty elsewhere, as in Trino. */
export const urlRules: Rules = {
  url_decode: overloaded(signature([S], S, (text) => `url_decode(replace(${text}, '+', ' '))`)),
  url_encode: overloaded(signature([S], S, 'ocg_url_encode')),
  url_extract_fragment: overloaded(signature([S], S, 'ocg_url_fragment')),
  url_extract_host: overloaded(signature([S], S, 'ocg_url_host')),
  url_extract_parameter: overloaded(signature([S, S], S, 'ocg_url_parameter')),
  url_extract_path: overloaded(signature([S], S, 'ocg_url_path')),
  url_extract_port: overloaded(signature([S], BIGINT, 'ocg_url_port')),
  url_extract_protocol: overloaded(signature([S], S, 'ocg_url_protocol')),
  url_extract_query: overloaded(signature([S], S, 'ocg_url_query')),
}
