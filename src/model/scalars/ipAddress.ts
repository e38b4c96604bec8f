/**
 * Why a text is no AWSIPAddress (IPv4 as `123.12.34.56`, IPv6 as `1a2b:3c4b::1234:4567` without brackets, each with an
 * optional CIDR suffix), as the end of a sentence; undefined when it is one.
 */
export function checkIpAddress(text: string): string | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined
  if (bits === undefined)
    return 'must be an IPv4 or IPv6 address, such as 123.12.34.56 or 1a2b:3c4b::1234:4567'
  if (slash >= 0 && !isPrefixLength(text.slice(slash + 1), bits)) {
    return `must have a CIDR suffix from /0 to /${bits}`
  }
  return undefined
}

function isPrefixLength(text: string, bits: number): boolean {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= bits
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?]
  const groups = [...head, ...(tail ?? [])]
  const last = groups.at(-1)
  // The last 32 bits may be written as an IPv4 address.
  const embedded = last?.includes('.') === true && (tail === undefined || tail.length > 0)
  const plain = embedded ? groups.slice(0, -1) : groups
  if (embedded && !isIpv4(last as string)) return false
  if (!plain.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false
  const count = plain.length + (embedded ? 2 : 0)
  return tail === undefined ? count === 8 : count <= 7
}
