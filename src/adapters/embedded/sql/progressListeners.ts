import type { ProgressEvent } from './protocol.js'

export type OnProgress = (table: string, rows: number, total: number) => void

/** Passes the worker's progress on to whoever has asked for that kind of work. */
export interface ProgressListeners {
  tell(event: ProgressEvent): void
  /** Listens as long as the work takes. */
  during<T>(
    kind: ProgressEvent['work'],
    onProgress: OnProgress | undefined,
    work: () => Promise<T>,
  ): Promise<T>
}

export function createProgressListeners(): ProgressListeners {
  const listeners = new Map<ProgressEvent['work'], Set<OnProgress>>()
  return {
    tell({ work, table, rows, total }) {
      for (const listener of listeners.get(work) ?? []) listener(table, rows, total ?? rows)
    },
    async during(kind, onProgress, work) {
      if (!onProgress) return work()
      const own = listeners.get(kind) ?? new Set()
      listeners.set(kind, own.add(onProgress))
      try {
        return await work()
      } finally {
        own.delete(onProgress)
      }
    },
  }
}
