import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { type Json, ownValue } from '../../src/model/json.js'
import { entityKey } from '../../src/model/keys.js'
import type { Field, Project, ScalarName, TypeRef } from '../../src/model/types.js'
import { entityItem } from '../../src/runtime/items/entityItem.js'
import { storedContradictions } from '../../src/runtime/migration/checkStoredData.js'
import { planModelChange } from '../../src/runtime/migration/modelChange.js'
import { writeMeta } from '../../src/runtime/migration/projectMeta.js'
import { seededRandom } from '../statements/hostileValues.js'

const SEED = Number(process.env.OCG_FUZZ_SEED ?? Date.now() % 1_000_000)
const LIVES = 12
const EDITS = 40
const NOW = '2026-01-02T03:04:05.006Z'

/** The parts of a schema that edits change. */
interface Draft {
  /** Types by name, each with its fields. */
  readonly types: Map<string, Map<string, TypeRef>>
  readonly part: Map<string, TypeRef>
  readonly moods: string[]
}

it('says of every edit what reading all rows says, and calls no column unused that holds a value', {
  timeout: 120_000,
}, async () => {
  process.stdout.write(`seed ${SEED}; run it again with OCG_FUZZ_SEED=${SEED}\n`)
  const random = seededRandom(SEED)
  const counts = { edits: 0, refused: 0, unread: 0, read: 0 }
  for (let life = 0; life < LIVES; life++) {
    const folder = await mkdtemp(join(tmpdir(), 'ocg-history-'))
    const store = await openStore(folder)
    try {
      await live(store, random, counts)
    } finally {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
  // Of each kind there were enough to tell anything.
  expect(counts.refused).toBeGreaterThan(20)
  expect(counts.unread).toBeGreaterThan(100)
  expect(counts.read).toBeGreaterThan(50)
})

async function live(
  store: Store,
  random: () => number,
  counts: { edits: number; refused: number; unread: number; read: number },
): Promise<void> {
  const { table, fieldHistory: history } = store
  let draft: Draft = {
    types: new Map([
      ['One', new Map()],
      ['Two', new Map()],
    ]),
    part: new Map([['p', scalar('Int')]]),
    moods: ['GOOD'],
  }
  let project = projectOf(draft)
  for (let edit = 0; edit < EDITS; edit++) {
    const next = edit === 0 ? draft : edited(draft, random)
    const nextProject = edit === 0 ? project : projectOf(next)
    let isRead = false
    const change = await planModelChange({
      project: nextProject,
      table,
      history,
      onRead: () => {
        isRead = true
      },
    })
    const found = await storedContradictions(nextProject, table)
    expect(change.problems, `edit ${edit}`).toEqual(found)
    counts.edits += 1
    counts[isRead ? 'read' : 'unread'] += 1
    for (const [name, { columns, neverFilled }] of Object.entries(change.unused)) {
      for (const item of (await table.scan({ prefix: `${name}#`, limit: 100 })).items) {
        expect(neverFilled, `${name} at edit ${edit}`).toBe(false)
        for (const column of columns)
          expect(ownValue(item, column), `${name}.${column} at edit ${edit}`).toBeUndefined()
      }
    }
    if (found.length > 0) {
      counts.refused += 1
      continue
    }
    // Another version of the program, which knows of no history, may have the folder for this edit.
    if (random() < 0.07) await writeMeta(table, nextProject, NOW)
    else await change.note(NOW)
    draft = next
    project = nextProject
    const written = project
    await Promise.all(Array.from({ length: 4 }, () => writeRow(store, written, random)))
  }
}

const SCALARS = [
  'Int',
  'Float',
  'String',
  'ID',
  'AWSTimestamp',
  'Boolean',
] as const satisfies readonly ScalarName[]

function scalar(name: ScalarName, nonNull = false): TypeRef {
  return { kind: 'scalar', name, nonNull }
}

function anyType(random: () => number, isPart: boolean): TypeRef {
  const nonNull = random() < 0.15
  const kind = random()
  if (kind < 0.15) return { kind: 'enum', name: 'Mood', nonNull }
  if (kind < 0.3 && !isPart) return { kind: 'value', name: 'Part', nonNull }
  if (kind < 0.45) return { kind: 'list', nonNull, item: anyType(random, true) }
  return scalar(pick(SCALARS, random), nonNull)
}

function edited(draft: Draft, random: () => number): Draft {
  const { types, part, moods } = structuredClone(draft)
  const dice = random()
  if (dice < 0.12) {
    const mood = pick(['GOOD', 'BAD', 'SAD'], random)
    if (!moods.includes(mood)) moods.push(mood)
    else if (moods.length > 1) moods.splice(moods.indexOf(mood), 1)
  } else if (dice < 0.18) {
    const name = pick(['One', 'Two', 'Three'], random)
    if (!types.delete(name)) types.set(name, new Map([['a', anyType(random, false)]]))
    if (types.size === 0) types.set('One', new Map())
  } else {
    const isPart = dice < 0.35
    const fields = isPart ? part : (types.get(pick([...types.keys()], random)) as Map<string, TypeRef>)
    const name = pick(isPart ? ['p', 'q', 'r'] : ['a', 'b', 'c', 'd'], random)
    const known = fields.get(name)
    const change = random()
    if (known && change < 0.4) fields.delete(name)
    else if (known && change < 0.6) fields.set(name, { ...known, nonNull: !known.nonNull })
    else if (known && change < 0.85) fields.set(name, scalar(pick(SCALARS, random), known.nonNull))
    else fields.set(name, anyType(random, isPart))
    if (part.size === 0) part.set('p', scalar('Int'))
  }
  return { types, part, moods }
}

let models = 0

function projectOf({ types, part, moods }: Draft): Project {
  models += 1
  const fieldsOf = (fields: ReadonlyMap<string, TypeRef>): Field[] =>
    [...fields].map(([name, type]) => ({ name, type }))
  return {
    format: 1,
    name: 'history',
    hash: `model ${models}`,
    enums: [{ name: 'Mood', values: moods }],
    valueTypes: [{ name: 'Part', fields: fieldsOf(part) }],
    responseTypes: [],
    entities: [...types].map(([name, fields]) => ({
      name,
      table: name.toLowerCase(),
      plural: `${name}s`,
      fields: [
        { name: 'id', type: scalar('ID', true) },
        ...fieldsOf(fields),
        { name: 'createdAt', type: scalar('AWSDateTime') },
        { name: 'updatedAt', type: scalar('AWSDateTime') },
      ],
    })),
    joinTables: [],
    statements: [],
    operations: [],
    sdl: '',
  }
}

/** Creates, changes or removes a row as the API does under that model. */
async function writeRow({ table }: Store, project: Project, random: () => number): Promise<void> {
  const entity = pick(project.entities, random)
  const id = String(Math.floor(random() * 4))
  const key = entityKey(entity.table, id)
  const own = entity.fields.filter(({ name }) => !['id', 'createdAt', 'updatedAt'].includes(name))
  if (random() < 0.2) {
    await table.write({ kind: 'delete', key })
    return
  }
  const values = own.flatMap(({ name, type }): [string, Json][] => {
    const value = someValue(type, project, random)
    return value === null ? [] : [[name, value]]
  })
  if (await table.get(key)) {
    const remove = own
      .filter(({ name, type }) => !type.nonNull && !values.some(([set]) => set === name))
      .map(({ name }) => name)
    await table.write({ kind: 'update', key, set: Object.fromEntries(values), remove, add: { _rev: 1 } })
    return
  }
  const stamp = { id, createdAt: NOW, updatedAt: NOW, rev: 1, incarnation: 'i' }
  await table.write({ kind: 'put', item: entityItem(entity, Object.fromEntries(values), stamp) })
}

function someValue(type: TypeRef, project: Project, random: () => number): Json {
  if (!type.nonNull && random() < 0.4) return null
  switch (type.kind) {
    case 'enum':
      return pick(project.enums[0]?.values ?? [], random)
    case 'list':
      return [
        someValue(type.item, project, random),
        someValue({ ...type.item, nonNull: true }, project, random),
      ]
    case 'value': {
      const fields = project.valueTypes[0]?.fields ?? []
      return Object.fromEntries(
        fields.flatMap((field) => {
          const value = someValue(field.type, project, random)
          return value === null ? [] : [[field.name, value]]
        }),
      )
    }
    case 'scalar':
      return scalarOf(type.name, random)
    default:
      throw new Error(`There are no values of ${type.kind}.`)
  }
}

function scalarOf(name: ScalarName, random: () => number): Json {
  const whole = Math.floor(random() * 100)
  if (name === 'Int') return whole
  if (name === 'AWSTimestamp') return whole + 2 ** 40
  if (name === 'Float') return whole + 0.5
  if (name === 'Boolean') return whole > 50
  return `text ${whole}`
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T
}
