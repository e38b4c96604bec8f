import { stat } from 'node:fs/promises'
import { basename, dirname, resolve, sep } from 'node:path'

export interface SchemaWatch {
  close(): Promise<void>
}

/** Editors save in several steps: a change counts when nothing more has happened for this long. */
const QUIET_MS = 60

const SCHEMA_FILE = /\.(graphql|graphqls|gql)$/i

/**
 * Calls `onChange` after a schema file has changed, appeared or gone. Files are watched through their folders, so that
 * an editor may put another file in their place.
 */
export async function watchSchema(paths: readonly string[], onChange: () => void): Promise<SchemaWatch> {
  const { watch } = await import('chokidar')
  const files = new Set<string>()
  const folders: string[] = []
  for (const path of paths.map((one) => resolve(one))) {
    if ((await stat(path).catch(() => undefined))?.isDirectory()) folders.push(path)
    else files.add(path)
  }
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }
  const isBelow = (path: string) => folders.some((folder) => path === folder || path.startsWith(folder + sep))
  const concerns = (path: string) => files.has(path) || (isBelow(path) && SCHEMA_FILE.test(path))
  const options = { ignoreInitial: true, persistent: true }
  const watchers = [
    ...(files.size > 0
      ? [
          watch([...new Set([...files].map(dirname))], {
            ...options,
            depth: 0,
            ignored: (path, stats) => stats?.isFile() === true && !files.has(resolve(path)),
          }),
        ]
      : []),
    ...(folders.length > 0
      ? [
          watch(folders, {
            ...options,
            ignored: (path, stats) =>
              basename(path) === 'node_modules' ||
              (basename(path).startsWith('.') && !folders.includes(resolve(path))) ||
              (stats?.isFile() === true && !SCHEMA_FILE.test(path)),
          }),
        ]
      : []),
  ]
  for (const watcher of watchers) {
    watcher.on('all', (_event, path) => {
      if (concerns(resolve(path))) changed()
    })
  }
  await Promise.all(
    watchers.map((watcher) => new Promise<void>((ready) => watcher.once('ready', () => ready()))),
  )
  return {
    async close() {
      clearTimeout(timer)
      await Promise.all(watchers.map((watcher) => watcher.close()))
    },
  }
}
