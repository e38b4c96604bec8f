import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ShopServer, type ShopServerOptions, shopServer } from '../server/shopServer.js'

/** Chromium of the system; the package brings none. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

let browser: Browser
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Opens the page of a new server, and notes what must not happen. */
async function open(options: ShopServerOptions, path = '/') {
  const server: ShopServer = await shopServer(options)
  closers.push(() => server.close())
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  closers.push(() => context.close())
  const page: Page = await context.newPage()
  const complaints: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(server.url) && !url.startsWith('data:')) foreign.push(url)
  })
  await page.goto(server.url + path)
  return { server, page, complaints, foreign }
}

const createOne = {
  query: 'mutation { createProduct(input: { name: "Lamp", price: 9.5 }) { id } }',
}

describe('the GraphiQL page', () => {
  it('runs an example of this schema, and opens the documentation, without another server', async () => {
    const { server, page, complaints, foreign } = await open({
      auth: { mode: 'loopbackFree', apiKeys: ['k'] },
    })
    await fetch(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(createOne),
    })
    await page.waitForSelector('.graphiql-query-editor .CodeMirror')
    expect(await page.locator('.graphiql-query-editor .CodeMirror').textContent()).toContain(
      'query ListProducts',
    )

    await page.locator('.graphiql-query-editor .CodeMirror-line', { hasText: 'listProducts(' }).click()
    await page.keyboard.press('Control+Enter')
    await page.locator('.result-window', { hasText: 'Lamp' }).waitFor()

    await page.getByLabel('Show Documentation Explorer').click()
    await page.waitForSelector('.graphiql-doc-explorer')
    await page.locator('.graphiql-doc-explorer a', { hasText: 'Query' }).first().click()
    await page.locator('.graphiql-doc-explorer', { hasText: 'readProduct' }).waitFor()
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/graphiql.png` })
    expect(complaints).toEqual([])
    expect(foreign).toEqual([])
  })

  it('asks for the key where one is needed, and works with it', async () => {
    const { page, foreign, complaints } = await open(
      { auth: { mode: 'required', apiKeys: ['secret-key'] } },
      '/graphql',
    )
    await page.waitForSelector('.graphiql-query-editor .CodeMirror')
    expect(await page.locator('.graphiql-query-editor .CodeMirror').textContent()).toContain(
      'asks for an API key',
    )
    // The refused requests are all that the browser may complain of.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])

    const headers = page.locator('section[aria-label="Headers"] .graphiql-editor:not(.hidden) .CodeMirror')
    await headers.click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('{"x-api-key": "secret-key"')
    await page.getByLabel('Re-fetch GraphQL schema').click()

    const editor = page.locator('.graphiql-query-editor .CodeMirror')
    await editor.click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('{ countProducts')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Enter')
    await page.locator('.result-window', { hasText: '"countProducts": 0' }).waitFor()
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/graphiqlKey.png` })
    expect(foreign).toEqual([])
  })

  it('shows the query of its address', async () => {
    const { page } = await open({}, '/?query=%7B%20countProducts%20%7D')
    await page.waitForSelector('.graphiql-query-editor .CodeMirror')
    expect(await page.locator('.graphiql-query-editor .CodeMirror').textContent()).toContain(
      '{ countProducts }',
    )
  })
})
