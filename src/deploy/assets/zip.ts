import { deflateSync, Zip, type ZipInputFile } from 'fflate'

/** A file in the form in which a zip holds it. Deflating costs the most, so a file of many zips is packed once. */
export interface PackedFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly crc: number
  readonly size: number
}

/** The earliest that a zip can say. Fixed, so that equal content gives equal bytes. */
const TIME = new Date(1980, 0, 1)

export function packFile(content: Uint8Array): PackedFile {
  return {
    bytes: deflateSync(content, { level: 9 }) as Uint8Array<ArrayBuffer>,
    crc: crc32(content),
    size: content.length,
  }
}

/** A zip of files by name, in the order given. */
export function zip(files: readonly (readonly [string, PackedFile])[]): Uint8Array {
  const chunks: Uint8Array[] = []
  const archive = new Zip((error, chunk) => {
    if (error) throw error
    chunks.push(chunk)
  })
  for (const [filename, { bytes, crc, size }] of files) {
    // Unix permissions: readable by everybody, as Lambda runs the code as another user.
    const file: ZipInputFile = {
      filename,
      crc,
      size,
      compression: 8,
      mtime: TIME,
      os: 3,
      attrs: 0o100644 << 16,
    }
    archive.add(file)
    file.ondata?.(null, bytes, true)
  }
  archive.end()
  return Buffer.concat(chunks)
}

const TABLE = new Uint32Array(256).map((_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32(content: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of content) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number)
  return (crc ^ 0xffffffff) >>> 0
}
