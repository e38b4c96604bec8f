import { describe, expect, it } from 'vitest'
import { decodePageToken, encodePageToken } from './pageToken.js'

describe('page tokens', () => {
  it('bring a position back, whatever characters it has', () => {
    const position = ['2024-01-01T00:00:00.000Z#Grüße 🎵', '', 3]
    expect(decodePageToken('listTracks', encodePageToken('listTracks', position))).toEqual(position)
  })

  it('need no escaping in a URL', () => {
    for (let count = 0; count < 50; count += 1) {
      expect(encodePageToken('x', `${'ÿ>?'.repeat(count)}`)).toMatch(/^[A-Za-z0-9_-]+$/)
    }
  })

  it('belong to one operation and its arguments', () => {
    const token = encodePageToken('taskResultA|1', '10')
    expect(() => decodePageToken('taskResultA|2', token)).toThrow(
      'The nextToken belongs to another operation or to other arguments.',
    )
  })

  it.each(['', 'x', 'null', '!!!!', btoa('[]'), btoa('[2,"x",1]'), btoa('{"a":1}')])('refuse %j', (token) => {
    expect(() => decodePageToken('listTracks', token)).toThrow('The nextToken is not valid')
  })
})
