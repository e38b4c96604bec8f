import { readFile } from 'node:fs/promises'
import { parquetMetadata } from 'hyparquet'

/** What the pages of a Parquet file hold, without unpacking them: how many values, in files of how many bytes. */
export interface DecodedParquet {
  readonly rows: number
  /** By column chunk: values in its data pages, entries in its dictionary. */
  readonly columns: readonly { readonly path: string; readonly values: number; readonly entries: number }[]
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
      const end = start + Number(chunk.total_compressed_size)
      let [values, entries] = [0, 0]
      for (let at = start; at < end; ) {
        const reader = { file, at }
        const header = readStruct(reader)
        const [packed, dictionary, data, dataV2] = [3, 7, 5, 8].map((id) => header.get(id))
        if (dictionary instanceof Map) entries += Number(dictionary.get(1))
        if (data instanceof Map) values += Number(data.get(1))
        if (dataV2 instanceof Map) values += Number(dataV2.get(1))
        know(at, reader.at + Number(packed) - at)
        at = reader.at + Number(packed)
      }
      columns.push({ path: chunk.path_in_schema.join('.'), values, entries })
    }
  }
  const strayBytes = known.filter((one) => one === 0).length
  return { rows: Number(metadata.num_rows), columns, strayBytes }
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
