import { describe, expect, it } from 'vitest'
import type { ModelSlice } from '../../model/functions.js'
import type { JsonObject } from '../../model/json.js'
import type { Operation, ScalarName, TypeRef } from '../../model/types.js'
import { argumentTypes } from './argumentTypes.js'
import { checkArguments } from './checkArguments.js'
import { jsonAsText } from './jsonAsText.js'

const scalar = (name: ScalarName): TypeRef => ({ kind: 'scalar', name, nonNull: false })
const list = (item: TypeRef): TypeRef => ({ kind: 'list', item, nonNull: false })
const fields = (types: Readonly<Record<string, TypeRef>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

const MODEL: ModelSlice = {
  format: 1,
  name: 'shop',
  enums: [],
  valueTypes: [{ name: 'Place', fields: fields({ height: scalar('Float'), document: scalar('AWSJSON') }) }],
  responseTypes: [],
  entities: [
    {
      name: 'Thing',
      table: 'thing',
      plural: 'Things',
      fields: fields({
        id: scalar('ID'),
        constructor: scalar('String'),
        json: scalar('AWSJSON'),
        documents: list(scalar('AWSJSON')),
        must: { ...scalar('AWSJSON'), nonNull: true },
        matrix: list(list(scalar('Float'))),
        places: list({ kind: 'value', name: 'Place', nonNull: false }),
        createdAt: scalar('AWSDateTime'),
        updatedAt: scalar('AWSDateTime'),
      }),
    },
  ],
  joinTables: [],
  statements: [
    { kind: 'insert', name: 'link', joinTable: 'links', args: fields({ to: scalar('ID') }), values: [] },
  ],
  operations: [],
}

const CREATE: Operation = { kind: 'create', parent: 'Mutation', field: 'createThing', entity: 'thing' }

describe('the arguments of an operation', () => {
  it.each<[Operation, string[]]>([
    [
      CREATE,
      [
        'input.id',
        'input.constructor',
        'input.json',
        'input.documents',
        'input.must',
        'input.matrix',
        'input.places',
      ],
    ],
    [
      { ...CREATE, kind: 'update' },
      [
        'id',
        'input.constructor',
        'input.json',
        'input.documents',
        'input.must',
        'input.matrix',
        'input.places',
      ],
    ],
    [{ ...CREATE, kind: 'read' }, ['id']],
    [{ ...CREATE, kind: 'delete' }, ['id']],
    [{ ...CREATE, kind: 'list' }, ['limit', 'nextToken']],
    [{ kind: 'insertRelation', parent: 'Mutation', field: 'link', statement: 'link' }, ['to']],
    [
      { kind: 'taskResult', parent: 'Query', field: 'taskResultX', statement: 'x' },
      ['taskId', 'limit', 'nextToken'],
    ],
  ])('are those of its field: %j', (operation, names) => {
    const found = argumentTypes(MODEL, operation).flatMap(({ name, type }) =>
      type.kind === 'input' ? type.fields.map((field) => `${name}.${field.name}`) : [name],
    )
    expect(found).toEqual(names)
  })

  const declared = argumentTypes(MODEL, CREATE)

  it.each<[JsonObject, string]>([
    [{ id: '\udc00' }, 'The value of input.id does not fit: ID "\\udc00" holds half a surrogate pair'],
    [{ constructor: '\ud800' }, 'The value of input.constructor does not fit: String'],
    [{ matrix: [[1], [2, 1e126]] }, 'The value of input.matrix[1][1] does not fit: Float must be 0 or'],
    [{ places: [null, { height: 1e-131 }] }, 'The value of input.places[1].height does not fit: Float'],
  ])('are refused with their place: %j', (input, message) => {
    expect(() => checkArguments(MODEL, declared, { input })).toThrow(
      expect.objectContaining({ code: 'BadInput', message: expect.stringContaining(message) }),
    )
  })

  it.each<JsonObject>([
    {},
    { id: null, matrix: null, places: [null] },
    { matrix: [[1e-130, 0, -9.99e125], null], json: '\ud800' },
  ])('pass when there is nothing wrong with them: %j', (input) => {
    expect(() => checkArguments(MODEL, declared, { input })).not.toThrow()
  })

  it('get their JSON back as text, and stay as they are otherwise', () => {
    const input = {
      id: null,
      json: { b: [1, null], a: 'x' },
      documents: [1, null, 's', [], false],
      matrix: [[1], null],
      places: [{ height: 2, document: [true] }, { document: null }],
      unknown: 1,
    }
    expect(jsonAsText(MODEL, declared, { input, further: 1 })).toEqual({
      input: {
        id: null,
        json: '{"b":[1,null],"a":"x"}',
        documents: ['1', null, '"s"', '[]', 'false'],
        matrix: [[1], null],
        places: [{ height: 2, document: '[true]' }, { document: null }],
      },
    })
  })

  it('take a null for the JSON null only where there must be a value', () => {
    const update = argumentTypes(MODEL, { ...CREATE, kind: 'update' })
    const values = { input: { json: null, must: null } }
    expect(jsonAsText(MODEL, declared, values)).toEqual({ input: { json: null, must: 'null' } })
    expect(jsonAsText(MODEL, update, values)).toEqual(values)
  })

  it('tell an absent one from an explicit null', () => {
    const input = jsonAsText(MODEL, declared, { input: { json: null } }).input
    expect(Object.keys(input as JsonObject)).toEqual(['json'])
    expect(jsonAsText(MODEL, declared, {})).toEqual({})
  })
})
