import { afterAll, describe } from 'vitest'
import type { Shop } from '../../musicShop/shop.js'
import { relationsSuite } from '../../musicShop/suites/relationsSuite.js'
import { rowsSuite } from '../../musicShop/suites/rowsSuite.js'
import { statementsSuite } from '../../musicShop/suites/statementsSuite.js'
import { type AwsShop, openAwsShop } from './awsShop.js'

// The suites of the embedded host, one after the other on one shop: what they leave behind is no other's business.
let shop: Promise<AwsShop> | undefined
const open = async (): Promise<Shop> => {
  shop ??= openAwsShop()
  return { ...(await shop), close: async () => undefined }
}
afterAll(async () => (await shop)?.close())

describe('the music shop on AWS', () => {
  describe('rows', () => rowsSuite(open))
  describe('statements', () => statementsSuite(open))
  describe('relations', () => relationsSuite(open))
})
