import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type EmbeddedSqlEngine,
  openSqlEngine,
  type SqlEngineOptions,
} from '../../src/adapters/embedded/sql/openSqlEngine.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import type { Json } from '../../src/model/json.js'
import { entityIndexKey, entityKey, relationDataKey, relationId } from '../../src/model/keys.js'
import type { Entity, Field, JoinTable, Project, ScalarName, TypeRef } from '../../src/model/types.js'
import type { Item } from '../../src/ports/itemTable.js'
import type { Logger } from '../../src/ports/system.js'

export function scalar(name: ScalarName): TypeRef {
  return { kind: 'scalar', name, nonNull: false }
}

export function entity(name: string, fields: Readonly<Record<string, TypeRef>>): Entity {
  const all: Record<string, TypeRef> = {
    id: scalar('ID'),
    ...fields,
    createdAt: scalar('AWSDateTime'),
    updatedAt: scalar('AWSDateTime'),
  }
  return {
    name,
    table: name.toLowerCase(),
    plural: `${name}s`,
    fields: Object.entries(all).map(([name, type]): Field => ({ name, type })),
  }
}

export const USER = entity('User', {
  name: scalar('String'),
  age: scalar('Int'),
  score: scalar('Float'),
  active: scalar('Boolean'),
  born: scalar('AWSDate'),
  seenAt: scalar('AWSDateTime'),
  clicks: scalar('AWSTimestamp'),
  tags: { kind: 'list', item: scalar('String'), nonNull: false },
  address: { kind: 'value', name: 'Address', nonNull: false },
})

export const PRODUCT = entity('Product', { title: scalar('String'), price: scalar('Float') })

export const LIKES: JoinTable = {
  table: 'likes',
  columns: [
    { kind: 'entity', name: 'userId', entity: 'user' },
    { kind: 'entity', name: 'productId', entity: 'product' },
    { kind: 'plain', name: 'rating', type: { kind: 'scalar', name: 'Int', nonNull: false } },
  ],
}

export const SHOP: Project = {
  format: 1,
  name: 'shop',
  hash: '0'.repeat(32),
  enums: [],
  valueTypes: [
    {
      name: 'Address',
      fields: [
        { name: 'city', type: scalar('String') },
        { name: 'floors', type: { kind: 'list', item: scalar('Int'), nonNull: false } },
      ],
    },
  ],
  responseTypes: [],
  entities: [USER, PRODUCT],
  joinTables: [LIKES],
  statements: [],
  operations: [],
  sdl: '',
}

export function entityItem(table: string, id: string, fields: Readonly<Record<string, Json>> = {}): Item {
  const createdAt = typeof fields.createdAt === 'string' ? fields.createdAt : '2024-05-06T07:08:09.010Z'
  return {
    ...entityKey(table, id),
    ...entityIndexKey(table, id, createdAt),
    entityType: table,
    id,
    createdAt,
    updatedAt: createdAt,
    _rev: 1,
    _incarnation: `i-${id}`,
    ...fields,
  }
}

export function likeItem(userId: string, productId: string, rating?: number): Item {
  const id = relationId('likes', [
    { column: 'userId', entity: 'user', id: userId },
    { column: 'productId', entity: 'product', id: productId },
  ])
  const createdAt = '2024-05-06T07:08:09.010Z'
  return {
    ...relationDataKey(id),
    entityType: 'likes',
    relationId: id,
    userId,
    productId,
    ...(rating !== undefined && { rating }),
    s3Key: `handle-of-${id}`,
    createdAt,
    updatedAt: createdAt,
    _rev: 1,
    _incarnation: `i-${id}`,
  }
}

export async function put(store: Store, ...items: readonly Item[]): Promise<void> {
  await Promise.all(items.map((item) => store.table.write({ kind: 'put', item })))
}

/** What the engine logged, for a failing test to show. */
export interface Logged {
  readonly level: string
  readonly message: string
  readonly fields?: unknown
}

export interface OpenShop {
  readonly folder: string
  readonly store: Store
  readonly sql: EmbeddedSqlEngine
  readonly logged: Logged[]
  /** Rows of a statement, once SQL shows every write so far. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>
  /** Closes the engine and the store; the folder stays. */
  close(): Promise<void>
}

export type ShopOptions = Partial<Pick<SqlEngineOptions, 'limits' | 'project' | 'onFinished'>>

export async function openShop(folder: string, options: ShopOptions = {}): Promise<OpenShop> {
  const logged: Logged[] = []
  const write = (level: string) => (message: string, fields?: unknown) => {
    logged.push({ level, message, fields })
  }
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const store = await openStore(folder)
  const sql = await openSqlEngine({ folder, store, log, project: SHOP, ...options })
  return {
    folder,
    store,
    sql,
    logged,
    async rows(text) {
      if (!(await sql.waitUntilFresh(20_000))) {
        throw new Error(`SQL did not follow: ${JSON.stringify([sql.stats(), logged])}`)
      }
      return (await sql.query(text, { timeoutMs: 20_000, maxRows: 100_000 })).rows
    },
    async close() {
      await sql.close()
      await store.close()
    },
  }
}

export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ocg-sql-'))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
