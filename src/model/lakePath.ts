import { utf8ToBytes } from '@noble/hashes/utils.js'
import { sha256Hex } from './keys.js'
import { checkDateTime, dateTimeToMillis } from './scalars/dateTime.js'
import { hasSystemTimeForm } from './scalars/systemTimeForm.js'

/** Longest file name, without its ending, that is kept as it is. */
const MAX_NAME_BYTES = 200

/** An id whose every character stays. */
const PLAIN_NAME = /^[a-z0-9-][a-z0-9._-]*$/

/**
 * Key of a row's object in the lake's layout `rows`: `tables/{table}/year=…/month=…/day=…/{id}.parquet`. `table` is the
 * lake name, `millis` the row's `createdAt` as `lakeTime` gives it.
 */
export function lakePath(table: string, id: string, millis: number): string {
  const [year, month, day] = new Date(millis).toISOString().slice(0, 10).split('-')
  return `tables/${table}/year=${year}/month=${month}/day=${day}/${fileName(id)}.parquet`
}

/** Milliseconds since 1970 of a stored AWSDateTime, as the lake keeps them; undefined for a text that is none. */
export function lakeTime(text: string): number | undefined {
  if (hasSystemTimeForm(text)) return Date.parse(text)
  return checkDateTime(text) === undefined ? dateTimeToMillis(text) : undefined
}

/**
 * `[a-z0-9._-]` stays, every other byte is `%XX`, a longer name is `~` and the id's SHA-256, so that different ids have
 * different names on every file system. A leading `.` or `_` is written `%XX` too: Athena takes such files for hidden
 * ones and leaves them out.
 */
function fileName(id: string): string {
  if (id.length <= MAX_NAME_BYTES && PLAIN_NAME.test(id)) return id
  let name = ''
  for (const byte of utf8ToBytes(id)) {
    const character = String.fromCharCode(byte)
    const stays = name === '' ? /[a-z0-9-]/ : /[a-z0-9._-]/
    name += stays.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return name.length > MAX_NAME_BYTES ? `~${sha256Hex(id)}` : name
}
