/** A host of its own that runs an endless statement, for a test to kill. Prints the SQL process's id. */
import { entityItem, openShop, put } from './testShop.js'

const shop = await openShop(process.argv[2] as string)
await put(
  shop.store,
  ...Array.from({ length: 100 }, (_, index) => entityItem('user', `u${index}`, { age: index })),
)
await shop.sql.waitUntilFresh(30_000)
shop.sql
  .query(
    'SELECT count(*) FROM "user" a, "user" b, "user" c, "user" d, "user" e WHERE a.age + b.age + c.age + d.age + e.age = 7',
    {
      timeoutMs: 60_000,
      maxRows: 1,
    },
  )
  .catch(() => undefined)
setTimeout(() => process.stdout.write(`${shop.sql.workerPid()}\n`), 300)
