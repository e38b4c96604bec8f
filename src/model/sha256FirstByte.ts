import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Longest text in bytes that fits one block together with its length. */
const ONE_BLOCK = 55

/** Round constants: fractions of the cube roots of the first 64 primes. Source: FIPS 180-4, 4.2.2. */
const ROUNDS = fractions(64, Math.cbrt)
/** First state: fractions of the square roots of the first 8 primes. Source: FIPS 180-4, 5.3.3. */
const STATE = fractions(8, Math.sqrt)

const encoder = new TextEncoder()
const block = new Uint8Array(64)
const words = new Int32Array(64)

/**
 * First byte of the SHA-256 of a text's UTF-8 bytes. Each write of an entity asks for one, of an id: a text of one block,
 * for which nothing has to be allocated. Longer ones go the general way.
 */
export function sha256FirstByte(text: string): number {
  // A character takes a byte at least, so that a text too long is known before it is encoded.
  if (text.length > ONE_BLOCK) return general(text)
  const { read, written } = encoder.encodeInto(text, block)
  if (read < text.length || written > ONE_BLOCK) return general(text)
  block[written] = 0x80
  block.fill(0, written + 1)
  // The length in bits; the block is too short for a third byte.
  block[62] = written >>> 5
  block[63] = (written << 3) & 0xff
  return compress() >>> 24
}

function general(text: string): number {
  return sha256(utf8ToBytes(text))[0] as number
}

/** First word of the state after the one block. Source: FIPS 180-4, 6.2.2. */
function compress(): number {
  for (let at = 0; at < 16; at++) {
    const from = at * 4
    words[at] =
      ((block[from] as number) << 24) |
      ((block[from + 1] as number) << 16) |
      ((block[from + 2] as number) << 8) |
      (block[from + 3] as number)
  }
  for (let at = 16; at < 64; at++) {
    const before = words[at - 15] as number
    const last = words[at - 2] as number
    const small = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3)
    const large = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10)
    words[at] = ((words[at - 16] as number) + small + (words[at - 7] as number) + large) | 0
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = STATE
  for (let at = 0; at < 64; at++) {
    const chosen = (e & f) ^ (~e & g)
    const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const first = (h + mixed + chosen + (ROUNDS[at] as number) + (words[at] as number)) | 0
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  return (a + (STATE[0] as number)) | 0
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** The first 32 bits of the fractions of a root of the first primes. */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = []
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return Int32Array.from(primes, (prime) => ((root(prime) % 1) * 2 ** 32) | 0)
}
