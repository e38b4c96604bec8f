import { readFile } from 'node:fs/promises'
import { parquetMetadata, snappyUncompress } from 'hyparquet'

/** A Parquet file, taken apart page by page. */
export interface DecodedParquet {
  readonly rows: number
  /** By column chunk: values in its data pages, entries in its dictionary. */
  readonly columns: readonly { readonly path: string; readonly values: number; readonly entries: number }[]
  /** The pages of columns that are packed with Snappy, dictionaries included, unpacked. */
  readonly pages: readonly Uint8Array[]
  /** Bytes that are neither pages, indexes, filters nor the footer. */
  readonly strayBytes: number
}

const MAGIC = 4
const FOOTER_END = 8

export async function decodeParquet(path: string): Promise<DecodedParquet> {
  const file = await readFile(path)
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
  const metadata = parquetMetadata(bytes)
  const known = Buffer.alloc(file.length)
  const know = (start: number, length: number) => known.fill(1, start, start + length)
  know(0, MAGIC)
  know(file.length - FOOTER_END - metadata.metadata_length, metadata.metadata_length + FOOTER_END)
  const columns = []
  const pages: Uint8Array[] = []
  for (const group of metadata.row_groups) {
    for (const column of group.columns) {
      for (const [offset, length] of [
        [column.column_index_offset, column.column_index_length],
        [column.offset_index_offset, column.offset_index_length],
        [column.meta_data?.bloom_filter_offset, column.meta_data?.bloom_filter_length],
      ]) {
        if (offset !== undefined) know(Number(offset), Number(length))
      }
      const chunk = column.meta_data
      if (!chunk) throw new Error('a column chunk has its metadata')
      const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset)
      const chunkEnd = start + Number(chunk.total_compressed_size)
      let [values, entries] = [0, 0]
      for (let at = start; at < chunkEnd; ) {
        const reader = { file, at }
        const header = readStruct(reader)
        const [packed, dictionary, data, dataV2] = [3, 7, 5, 8].map((id) => header.get(id))
        if (dictionary instanceof Map) entries += Number(dictionary.get(1))
        if (data instanceof Map) values += Number(data.get(1))
        if (dataV2 instanceof Map) values += Number(dataV2.get(1))
        const end = reader.at + Number(packed)
        if (chunk.codec === 'SNAPPY' || chunk.codec === 'UNCOMPRESSED') {
          // Those of the second version have their levels before what is packed.
          const levels = dataV2 instanceof Map ? Number(dataV2.get(5)) + Number(dataV2.get(6)) : 0
          const body = file.subarray(reader.at + levels, end)
          const size = Number(header.get(2)) - levels
          pages.push(chunk.codec === 'SNAPPY' ? unpacked(body, size) : body)
        }
        know(at, end - at)
        at = end
      }
      columns.push({ path: chunk.path_in_schema.join('.'), values, entries })
    }
  }
  const strayBytes = known.filter((one) => one === 0).length
  return { rows: Number(metadata.num_rows), columns, pages, strayBytes }
}

function unpacked(body: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  snappyUncompress(body, output)
  return output
}

type Reader = { readonly file: Buffer; at: number }
type Struct = Map<number, number | Struct>

function readStruct(reader: Reader): Struct {
  const fields: Struct = new Map()
  for (let id = 0; ; ) {
    const head = reader.file[reader.at++] as number
    if (head === 0) return fields
    const step = head >> 4
    id = step === 0 ? readInteger(reader) : id + step
    const value = readValue(reader, head & 15)
    if (value !== undefined) fields.set(id, value)
  }
}

/** Thrift's compact protocol, as much of it as page headers use. */
function readValue(reader: Reader, type: number): number | Struct | undefined {
  if (type === 1 || type === 2) return undefined
  if (type === 3) return reader.file[reader.at++]
  if (type >= 4 && type <= 6) return readInteger(reader)
  if (type === 8) {
    const length = readVariable(reader)
    reader.at += length
    return undefined
  }
  if (type === 12) return readStruct(reader)
  throw new Error(`a page header has no field of type ${type}`)
}

function readInteger(reader: Reader): number {
  const value = readVariable(reader)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function readVariable(reader: Reader): number {
  let value = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = reader.file[reader.at++] as number
    value += (byte & 127) * factor
    if (byte < 128) return value
  }
}
