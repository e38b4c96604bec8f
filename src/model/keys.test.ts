import { describe, expect, it } from 'vitest'
import { entityIndexKey, listShard, relationId, relationSideKey, sha256Hex } from './keys.js'

describe('keys', () => {
  it('spreads ids over the shards by the first byte of their hash', () => {
    // SHA-256("1") begins with 6b, SHA-256("2") with d4.
    expect(listShard('1')).toBe(0x6b % 4)
    expect(listShard('2')).toBe(0xd4 % 4)
  })

  it('orders an entity by its creation', () => {
    expect(entityIndexKey('track', '1', '2024-01-01T00:00:00.000Z')).toEqual({
      'GSI1-PK': 'entity#track#3',
      'GSI1-SK': '2024-01-01T00:00:00.000Z#1',
    })
  })

  it('hangs a side on its entity', () => {
    expect(relationSideKey('user', 'a', 'r')).toEqual({ PK: 'joinRelation#user#a', SK: 'joinRelation#r' })
  })
})

describe('the id of a relation', () => {
  const user = { column: 'userId', entity: 'user', id: 'u' }
  const product = { column: 'productId', entity: 'product', id: 'p' }

  it('is the hash of the table and its sorted parts', () => {
    expect(relationId('likes', [user, product])).toBe(sha256Hex('likes|product:p|user:u').slice(0, 32))
  })

  it('does not depend on the order of the columns', () => {
    expect(relationId('likes', [user, product])).toBe(relationId('likes', [product, user]))
  })

  it('tells directions apart where one type fills several columns', () => {
    const follows = (follower: string, following: string) =>
      relationId('follows', [
        { column: 'followerId', entity: 'user', id: follower },
        { column: 'followingId', entity: 'user', id: following },
      ])
    expect(follows('a', 'b')).not.toBe(follows('b', 'a'))
    expect(follows('a', 'b')).toBe(sha256Hex('follows|user.followerId:a|user.followingId:b').slice(0, 32))
  })

  it('escapes what separates the parts', () => {
    const odd = relationId('likes', [{ ...user, id: 'a|product:p%#' }, product])
    expect(odd).toBe(sha256Hex('likes|product:p|user:a%7Cproduct%3Ap%25%23').slice(0, 32))
  })
})
