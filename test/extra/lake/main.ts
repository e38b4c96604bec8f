import { checkLayout } from './checks/layoutChecks.js'
import { checkPublished } from './checks/publishedChecks.js'
import { checkShop } from './checks/shopChecks.js'
import { startLakeServers } from './lakeServers.js'
import { createReport } from './report.js'
import { openEmbeddedShop } from './shop.js'

const PARTS = ['layout', 'shop', 'published'] as const

const wanted = process.argv.slice(2)
const isWanted = (part: (typeof PARTS)[number]) => wanted.length === 0 || wanted.includes(part)

const report = createReport((line) => process.stdout.write(line))
const servers = await startLakeServers()
try {
  if (isWanted('layout')) await checkLayout(report, servers)
  if (isWanted('shop') || isWanted('published')) {
    const shop = await openEmbeddedShop()
    try {
      if (isWanted('shop')) await checkShop(report, servers, shop)
      if (isWanted('published')) await checkPublished(report, servers, shop)
    } finally {
      await shop.close()
    }
  }
} finally {
  await servers.close()
}
const failures = report.failures()
process.stdout.write(failures === 0 ? 'All as it should be.\n' : `${failures} checks failed.\n`)
process.exitCode = failures === 0 ? 0 : 1
