import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readResult, resultFile } from '../../src/adapters/embedded/sql/resultFile.js'
import { newFolder, removeFolder } from './testShop.js'

let folder: string

beforeEach(async () => {
  folder = await newFolder()
  await mkdir(join(folder, 'results'))
})
afterEach(() => removeFolder(folder))

const LIMIT_KB = 64
const MODULE = new URL('../../src/adapters/embedded/sql/resultFile.ts', import.meta.url)

/** Writes rows of a kilobyte in a process whose files may not grow past the limit, and answers what it says. */
function write(rows: number, file: string): string {
  const script = `
    import { writeResult } from '${MODULE}'
    const writer = await writeResult(${JSON.stringify(file)})
    for (let row = 0; row < ${rows}; row++) writer.take([], JSON.stringify([row, 'x'.repeat(1000)]))
    try {
      await writer.finish()
      console.log('finished')
    } catch (error) {
      await writer.discard()
      console.log(error.code)
    }`
  const command = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script]
  const limited = `ulimit -S -f ${LIMIT_KB}; exec "$@"`
  const { stdout, stderr } = spawnSync('bash', ['-c', limited, 'bash', ...command], { encoding: 'utf8' })
  return stdout.trim() || stderr
}

it.skipIf(process.platform === 'win32')(
  'a result that finds only room for a part fails, and leaves nothing',
  async () => {
    const file = resultFile(folder, 'one')
    expect(write(100, file)).toBe('EFBIG')
    expect(readdirSync(join(folder, 'results'))).toEqual([])
    expect(write(50, file)).toBe('finished')
    const { rows, next } = await readResult(file, 0, 1000, 1e9)
    expect(rows).toHaveLength(50)
    expect(next).toBeUndefined()
  },
)
