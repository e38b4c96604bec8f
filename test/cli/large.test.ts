import { describe, expect, test } from 'vitest'
import { ocg } from './ocg.js'
import { workFolder } from './workFolder.js'

const validate = async (config: object) => {
  const cwd = await workFolder({ 'ocg.config.json': JSON.stringify({ name: 'shop', ...config }) })
  return ocg(['validate', '--config', 'ocg.config.json', '--json'], { cwd })
}

describe('tables that the configuration marks as large', () => {
  test('are warned of where every day of them is read', async () => {
    const { code, stdout } = await validate({ large: ['Track', 'playlist_track'] })
    expect(code).toBe(0)
    const { ok, diagnostics } = JSON.parse(stdout)
    expect(ok).toBe(true)
    const found = diagnostics.map((one: Record<'code' | 'severity', string>) => `${one.severity} ${one.code}`)
    expect(found).toEqual(Array(4).fill('warning OCG2072'))
    expect(JSON.parse((await validate({})).stdout).diagnostics).toEqual([])
  })

  test('are tables of the schema', async () => {
    const { code, stderr } = await validate({ large: ['Trak'] })
    expect(code).toBe(1)
    expect(JSON.parse(stderr).error).toEqual({
      reason: 'input',
      message: "The configuration marks 'Trak' as large, and the schema has no such table.",
      hint: 'Tables: playlist, track, playlist_track.',
    })
    expect((await validate({ large: 'Track' })).stderr).toContain('must be a list of types and join tables')
  })
})
