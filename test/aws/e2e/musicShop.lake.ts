import { afterAll, describe, expect, it } from 'vitest'
import { verifyAwsLake } from '../../../src/cli/aws/lake/verify.js'
import type { Shop } from '../../musicShop/shop.js'
import { relationsSuite } from '../../musicShop/suites/relationsSuite.js'
import { rowsSuite } from '../../musicShop/suites/rowsSuite.js'
import { statementsSuite } from '../../musicShop/suites/statementsSuite.js'
import { type AwsShop, openAwsShop } from './awsShop.js'
import { awsLakeOf, keeperOf } from './lakeKeeper.js'
import { unpermittedCalls } from './privileges.js'

// The imported rows are in the base, and what the suites change is in batches over it.
let shop: Promise<AwsShop> | undefined
const openOnce = () => {
  shop ??= openAwsShop({
    config: { lake: { layout: 'batches' } },
    // The keeper comes by as often as windows are shorter here: without it, lists of batches would fill up.
    deployed: { keeper: { pollMs: 200 }, minuteMs: 6000 },
    onImported: (host) => keeperOf(host).fold(),
  })
  return shop
}
const open = async (): Promise<Shop> => ({ ...(await openOnce()), close: async () => undefined })
afterAll(async () => (await shop)?.close())

describe('the music shop on AWS with layout batches', () => {
  describe('rows', () => rowsSuite(open))
  describe('statements', () => statementsSuite(open))
  describe('relations', () => relationsSuite(open))

  it('shows what the table holds, in batches and when they are folded', async () => {
    const { host } = await openOnce()
    const verify = () => verifyAwsLake(awsLakeOf(host), { onProgress: () => {} })
    expect(await verify()).toMatchObject({ clean: true, differences: [] })
    await keeperOf(host).fold()
    expect(await verify()).toMatchObject({ clean: true, differences: [] })
  })

  it('makes no call that is not permitted', async () => {
    expect(unpermittedCalls((await openOnce()).host)).toEqual([])
  })
})
