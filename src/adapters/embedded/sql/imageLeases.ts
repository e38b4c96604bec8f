import type { DuckDBInstance } from '@duckdb/node-api'
import type { Image } from './image.js'
import { type ConnectionPool, createConnectionPool } from './statementConnections.js'

/** The image as it is at this moment, kept for somebody until they give it back. */
export interface Lease {
  readonly instance: DuckDBInstance
  readonly tables: Image['tables']
  /** For statements. */
  readonly connections: ConnectionPool
  release(): void
}

/** Keeps an image's engine alive for those that read it, while another one may take its place. */
export interface ImageLeases {
  take(): Lease
  /**
   * Resolves when nobody has this engine any more, and no connection of statements is left to it. It must not be the
   * image's present one.
   */
  returned(instance: DuckDBInstance): Promise<void>
  /** Closes the connections that no statement uses: the engine can be let go of. */
  close(): void
}

export function leaseImage(image: Pick<Image, 'instance' | 'tables'>): ImageLeases {
  const users = new Map<DuckDBInstance, number>()
  const waiting = new Map<DuckDBInstance, () => void>()
  const pools = new Map<DuckDBInstance, ConnectionPool>()

  function poolOf(instance: DuckDBInstance): ConnectionPool {
    const known = pools.get(instance)
    if (known) return known
    const made = createConnectionPool(instance)
    pools.set(instance, made)
    return made
  }

  function closePool(instance: DuckDBInstance): void {
    pools.get(instance)?.close()
    pools.delete(instance)
  }

  return {
    take() {
      const { instance, tables } = image
      users.set(instance, (users.get(instance) ?? 0) + 1)
      let given = false
      return {
        instance,
        tables,
        connections: poolOf(instance),
        release() {
          if (given) return
          given = true
          const left = (users.get(instance) ?? 1) - 1
          if (left > 0) return void users.set(instance, left)
          users.delete(instance)
          waiting.get(instance)?.()
        },
      }
    },
    returned(instance) {
      closePool(instance)
      if (!users.has(instance)) return Promise.resolve()
      return new Promise((resolve) => {
        waiting.set(instance, () => {
          waiting.delete(instance)
          resolve()
        })
      })
    },
    close() {
      for (const instance of [...pools.keys()]) closePool(instance)
    },
  }
}
