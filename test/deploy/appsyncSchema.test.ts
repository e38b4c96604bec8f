import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql'
import { expect, it } from 'vitest'
import { appsyncSchema } from '../../src/deploy/stack/appsyncSchema.js'
import { musicShop } from './deployments.js'

const SCALARS = [
  'AWSDateTime',
  'AWSDate',
  'AWSTime',
  'AWSTimestamp',
  'AWSEmail',
  'AWSJSON',
  'AWSURL',
  'AWSPhone',
  'AWSIPAddress',
]

it('declares neither scalars nor directives', () => {
  const sdl =
    'scalar AWSDate directive @old on OBJECT type Query { "When." today(zone: String = "UTC"): AWSDate }'
  expect(appsyncSchema({ sdl })).toBe('type Query {\n  "When."\n  today(zone: String = "UTC"): AWSDate\n}\n')
})

it('is the same API otherwise', async () => {
  const { sdl } = await musicShop()
  const declared = SCALARS.filter((name) => sdl.includes(`scalar ${name}`)).map((name) => `scalar ${name}`)
  expect(declared.length).toBeGreaterThan(0)
  const normal = (text: string) => printSchema(lexicographicSortSchema(buildSchema(text)))
  expect(normal(`${declared.join('\n')}\n${appsyncSchema({ sdl })}`)).toBe(normal(sdl))
})
