import type { DuckDBInstance } from '@duckdb/node-api'
import type { Image } from './image.js'

/** The image as it is at this moment, kept for somebody until they give it back. */
export interface Lease {
  readonly instance: DuckDBInstance
  readonly tables: Image['tables']
  release(): void
}

/** Keeps an image's engine alive for those that read it, while another one may take its place. */
export interface ImageLeases {
  take(): Lease
  /** Resolves when nobody has this engine any more. It must not be the image's present one. */
  returned(instance: DuckDBInstance): Promise<void>
}

export function leaseImage(image: Pick<Image, 'instance' | 'tables'>): ImageLeases {
  const users = new Map<DuckDBInstance, number>()
  const waiting = new Map<DuckDBInstance, () => void>()
  return {
    take() {
      const { instance, tables } = image
      users.set(instance, (users.get(instance) ?? 0) + 1)
      let given = false
      return {
        instance,
        tables,
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
      if (!users.has(instance)) return Promise.resolve()
      return new Promise((resolve) => {
        waiting.set(instance, () => {
          waiting.delete(instance)
          resolve()
        })
      })
    },
  }
}
