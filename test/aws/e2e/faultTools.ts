import { expect } from 'vitest'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import { replayEventOf } from '../../../src/adapters/aws/events/replayEvent.js'
import type { Item, ItemTable } from '../../../src/ports/itemTable.js'
import { projectionLetter } from '../../../src/runtime/changes/deadLetter.js'
import type { DeployedHost } from '../host/deployed.js'

/** What the tests of faults ask of a host with the scenarios' schema. */
export function faultTools(open: () => DeployedHost) {
  const table = (): ItemTable =>
    dynamoItemTable({ client: open().admin.dynamo, tableName: open().names.table })
  return {
    table,
    async create(id: string): Promise<void> {
      const mutation = 'mutation ($id: ID!) { createDiary(input: { id: $id, month: "June" }) { id } }'
      expect(await open().api.execute(mutation, { id })).toEqual({ data: { createDiary: { id } } })
    },
    /** Ids of the diaries that SQL shows. */
    async diaries(): Promise<string[]> {
      const { data, errors } = await open().api.execute('{ diaries }')
      expect(errors).toBeUndefined()
      return (fieldOf(data, 'diaries') as string[]).map((text) => text.split(' ')[0] ?? '')
    },
    letters: async (): Promise<readonly Item[]> =>
      (await table().scan({ prefix: 'deadLetter#', limit: 1000 })).items,
    /** As `ocg dlq replay --aws` does it. */
    async replay(letter: Item): Promise<void> {
      const event = replayEventOf(projectionLetter(letter))
      const outcome = await open().functions.invoke(processorOf(open()), event)
      expect(outcome).toMatchObject({ ok: true, result: { batchItemFailures: [] } })
      await table().write({ kind: 'delete', key: { PK: letter.PK, SK: letter.SK } })
    },
  }
}

export function processorOf(host: DeployedHost): string {
  return functionEndingWith(host, '-stream-processor')
}

export function functionEndingWith({ functionOf }: DeployedHost, suffix: string): string {
  const found = [...functionOf.values()].find(({ name }) => name.endsWith(suffix))
  if (!found) throw new Error(`The stack has no function ${suffix}.`)
  return found.name
}

export function accessKeyOf({ functionOf }: DeployedHost, name: string): string {
  return [...functionOf].find(([, definition]) => definition.name === name)?.[0] ?? ''
}

/** A field of an answer that must have data. */
export function fieldOf(data: Readonly<Record<string, unknown>> | null | undefined, field: string): unknown {
  if (!data) throw new Error(`The answer has no data, so no ${field}.`)
  return data[field]
}
