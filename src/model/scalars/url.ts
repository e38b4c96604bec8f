/**
 * Why a text is no AWSURL (RFC 1738: with a scheme, such as `https://…` or `mailto:…`, and no `//` in its path), as
 * the end of a sentence; undefined when it is one.
 */
export function checkUrl(text: string): string | undefined {
  const scheme = SCHEME.exec(text)
  if (!scheme) return 'must be a URL with a scheme, such as https://example.com/ or mailto:user@example.com'
  if (NOT_IN_URL.test(text)) return 'must not hold white space or control characters; encode them as %XX'
  const rest = text.slice(scheme[0].length)
  const needsHost = HOST_SCHEMES.has(scheme[0].toLowerCase())
  if (rest === '' || (needsHost && !rest.startsWith('//')) || !URL.canParse(text)) return 'is not a valid URL'
  const [beforeQuery = ''] = rest.split(/[?#]/, 1)
  const path = beforeQuery.startsWith('//') ? beforeQuery.slice(2) : beforeQuery
  return path.includes('//') ? 'must not have // in its path' : undefined
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/
const NOT_IN_URL = /[\s\p{Cc}]/u

/** Schemes whose URLs are `scheme://host…`. */
const HOST_SCHEMES = new Set(['http:', 'https:', 'ftp:', 'ws:', 'wss:'])
