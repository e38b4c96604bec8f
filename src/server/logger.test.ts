import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.js'

function capture(options: LoggerOptions = {}) {
  const lines: string[] = []
  return {
    lines,
    log: createLogger({ ...options, destination: { write: (line: string) => lines.push(line) } }),
  }
}

describe('the log', () => {
  it('writes one JSON object a line', () => {
    const { lines, log } = capture()
    log.info('request', { status: 200 })
    log.debug('hidden by the level')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'info', msg: 'request', status: 200 })
  })

  it('writes an error with its stack and its causes', () => {
    const { lines, log } = capture()
    log.error('failed', { error: new Error('outer', { cause: new Error('inner') }) })
    const { error } = JSON.parse(lines[0] as string)
    expect(error.stack).toContain('outer')
    expect(error.cause.message).toBe('inner')
  })

  it('hides keys and headers', () => {
    const { lines, log } = capture()
    log.warn('careless', {
      apiKey: 's3cret',
      headers: { 'x-api-key': 's3cret', authorization: 'Bearer s3cret' },
    })
    expect(lines[0]).not.toContain('s3cret')
  })

  it('writes short lines for a terminal that no value can forge', () => {
    const { lines, log } = capture({ format: 'pretty' })
    log.info('request', { route: 'graphql', name: 'a\n12:00 info forged', esc: '\u001b[2J' })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}request route=graphql name="a\\n12:00 info forged" esc="\\u001b\[2J"\n$/,
    )
  })

  it('shows the stack of an error on a terminal', () => {
    const { lines, log } = capture({ format: 'pretty' })
    log.error('failed', { error: new Error('why') })
    expect(lines[0]).toContain('Error: why\n')
  })
})
