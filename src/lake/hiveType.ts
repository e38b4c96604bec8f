import type { LakeType } from '../model/lakeSchema.js'

/** A type in Hive's words. Hive knows no upper case in names; Parquet's columns are found without regard to it. */
export function hiveType(type: LakeType): string {
  switch (type.kind) {
    case 'array':
      return `array<${hiveType(type.item)}>`
    case 'struct':
      return `struct<${type.fields.map(({ name, type: of }) => `${name.toLowerCase()}:${hiveType(of)}`).join(',')}>`
    default:
      return type.kind
  }
}
