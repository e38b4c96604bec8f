import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { type Backend, openBackend } from '../../src/index.js'

const SCHEMA = 'type Song { id: ID! title: String! }'

async function create(backend: Backend, id: string): Promise<void> {
  const query = 'mutation ($id: ID!) { createSong(input: { id: $id, title: "x" }) { id } }'
  expect((await backend.execute({ query, variables: { id } })).errors).toBeUndefined()
}

/** A number of `/metrics`; undefined when it is not shown. */
async function metric(backend: Backend, name: string): Promise<number | undefined> {
  const response = await backend.fetch(new Request('http://localhost/metrics'))
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(await response.text())
  return found ? Number(found[1]) : undefined
}

it('publishes by itself, compressed as it is told, and /metrics shows how it goes', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ocg-publishing-'))
  const backend = await openBackend({
    schema: SCHEMA,
    data,
    lake: { publishSeconds: 1, compression: 'zstd' },
  })
  try {
    await create(backend, 'a')
    while ((await metric(backend, 'ocg_lake_published_files')) !== 1) await sleep(50)
    expect(await metric(backend, 'ocg_lake_published_timestamp_seconds')).toBeGreaterThan(
      Date.now() / 1000 - 60,
    )
    expect(await metric(backend, 'ocg_lake_published_bytes')).toBeGreaterThan(100)
    expect(await metric(backend, 'ocg_lake_publication_failures')).toBe(0)
    while ((await metric(backend, 'ocg_lake_published_lag_seconds')) !== 0) await sleep(50)
    const connection = await (await DuckDBInstance.create()).connect()
    const compression = await connection.runAndReadAll(
      `SELECT DISTINCT compression FROM parquet_metadata('${data}/lake/tables/song/**/*.parquet')`,
    )
    expect(compression.getRows()).toEqual([['ZSTD']])
    connection.closeSync()
  } finally {
    await backend.close()
    await rm(data, { recursive: true, force: true })
  }
})

it('says in the log and in /metrics that it can not write, and goes on by itself when it can', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ocg-publishing-'))
  const manifest = join(data, 'lake/publication.json')
  // A folder stands where a file belongs.
  await mkdir(join(manifest, 'x'), { recursive: true })
  const errors: string[] = []
  const quiet = () => undefined
  const log = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (message: string) => void errors.push(message),
  }
  const backend = await openBackend({ schema: SCHEMA, data, log, lake: { publishSeconds: 1 } })
  try {
    await create(backend, 'a')
    while (!((await metric(backend, 'ocg_lake_publication_failures')) ?? 0)) await sleep(50)
    expect(await metric(backend, 'ocg_lake_published_files')).toBeUndefined()
    while (errors.length === 0) await sleep(50)
    expect(errors[0]).toBe('The Parquet lake could not be published, and it is tried again')
    await rm(manifest, { recursive: true })
    while ((await metric(backend, 'ocg_lake_published_files')) !== 1) await sleep(50)
  } finally {
    await backend.close()
    await rm(data, { recursive: true, force: true })
  }
})

it('publishes nothing by itself when it is told so, and knows what it owes', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ocg-publishing-'))
  const backend = await openBackend({ schema: SCHEMA, data, lake: { publishSeconds: 0 } })
  try {
    // What is there before the query image is ready is published as a whole: nothing is owed of it yet.
    await backend.host.sql.waitUntilReady(20_000)
    await create(backend, 'a')
    await backend.host.sql.waitUntilFresh(20_000)
    await sleep(300)
    expect(existsSync(join(data, 'lake'))).toBe(false)
    expect(await metric(backend, 'ocg_lake_published_files')).toBeUndefined()
    expect(await metric(backend, 'ocg_lake_published_lag_seconds')).toBeGreaterThan(0)
  } finally {
    await backend.close()
    await rm(data, { recursive: true, force: true })
  }
})
