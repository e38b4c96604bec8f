import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentTemplates, Template } from '../../deploy/diff/template.js'
import { sha256Hex } from '../../model/keys.js'

const ACCOUNT_PLACEHOLDER = '$' + '{AWS::AccountId}'

/**
 * Writes the account into the names of an assembly's buckets. CloudFormation takes an existing resource in only when the
 * template gives its name as plain text, while an assembly is to be the same for every account. Source: "Import AWS
 * resources into a CloudFormation stack automatically", CloudFormation user guide.
 */
export async function makeNamesStatic(folder: string, account: string): Promise<void> {
  const files = await readdir(folder)
  const root = files.find((file) => file.endsWith('.template.json') && !file.includes('.nested.'))
  if (root === undefined) return
  const template = JSON.parse(await readFile(join(folder, root), 'utf8')) as Template
  const text = JSON.stringify(
    withBucketNames(template, (name) => staticName(name, account)),
    null,
    1,
  )
  await writeFile(join(folder, root), text)
  // The template is uploaded under its hash; under the old one another might lie there already.
  const assets = root.replace(/\.template\.json$/, '.assets.json')
  const manifest = JSON.parse(await readFile(join(folder, assets), 'utf8')) as AssetManifest
  const before = Object.entries(manifest.files).find(([, { source }]) => source.path === root)?.[0]
  if (before === undefined) throw new Error(`invariant: the assembly does not list ${root}`)
  for (const file of [assets, 'manifest.json']) {
    const path = join(folder, file)
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(before, sha256Hex(text)))
  }
}

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>
}

/** Templates with the account taken out of the names of their buckets again, to compare them with an assembly. */
export function withoutStaticNames(templates: DeploymentTemplates, account: string): DeploymentTemplates {
  const general = (name: unknown) =>
    typeof name === 'string' && name.endsWith(`-${account}`)
      ? { 'Fn::Sub': `${name.slice(0, -account.length)}${ACCOUNT_PLACEHOLDER}` }
      : name
  return Object.fromEntries(
    Object.entries(templates).map(([stack, template]) => [stack, withBucketNames(template, general)]),
  )
}

function staticName(name: unknown, account: string): unknown {
  const pattern = (name as { readonly 'Fn::Sub'?: unknown } | undefined)?.['Fn::Sub']
  return typeof pattern === 'string' ? pattern.replaceAll(ACCOUNT_PLACEHOLDER, account) : name
}

function withBucketNames(template: Template, rename: (name: unknown) => unknown): Template {
  const resources = Object.entries(template.Resources ?? {}).map(([id, resource]) => {
    if (resource.Type !== 'AWS::S3::Bucket') return [id, resource] as const
    const BucketName = rename(resource.Properties?.BucketName)
    return [id, { ...resource, Properties: { ...resource.Properties, BucketName } }] as const
  })
  return { ...template, Resources: Object.fromEntries(resources) } as Template
}
