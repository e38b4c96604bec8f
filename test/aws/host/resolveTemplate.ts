import type { Assembly, Template, TemplateResource } from './assembly.js'

/** What `Ref` and `Fn::GetAtt` give for a resource that exists. */
export interface Physical {
  readonly ref: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface ResolvedResource {
  /** Path of logical ids, through nested stacks. */
  readonly path: string
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
}

export interface ResolveOptions {
  readonly assembly: Assembly
  readonly parameters: Readonly<Record<string, string>>
  /** `AWS::AccountId` and its like. */
  readonly pseudo: Readonly<Record<string, string>>
  /** Makes a resource, or says what it would be called. Called after everything that the resource refers to. */
  readonly create: (resource: ResolvedResource) => Promise<Physical>
}

/**
 * Walks a stack and its nested stacks in the order of their references, as CloudFormation does: each resource is made
 * when all that it refers to is there. Returns every resource with its properties resolved, and the root's outputs.
 */
export async function resolveStack(
  template: Template,
  options: ResolveOptions,
  prefix = '',
): Promise<{ readonly resources: ResolvedResource[]; readonly outputs: Readonly<Record<string, unknown>> }> {
  const { assembly, pseudo, create } = options
  const made = new Map<string, Promise<Physical>>()
  const resources: ResolvedResource[] = []
  const nested = new Map<string, Readonly<Record<string, unknown>>>()
  const values: Record<string, unknown> = { ...pseudo }
  for (const [name, { Default }] of Object.entries(template.Parameters ?? {})) {
    values[name] = options.parameters[name] ?? Default
  }

  function make(id: string): Promise<Physical> {
    const under = made.get(id)
    if (under) return under
    const resource = template.Resources[id]
    if (!resource) throw new Error(`${prefix}: there is no resource ${id}.`)
    const work = makeOne(id, resource)
    made.set(id, work)
    return work
  }

  async function makeOne(
    id: string,
    { Type, Properties = {}, DependsOn }: TemplateResource,
  ): Promise<Physical> {
    for (const other of typeof DependsOn === 'string' ? [DependsOn] : (DependsOn ?? [])) await make(other)
    const properties = (await resolve(Properties)) as Readonly<Record<string, unknown>>
    if (Type === 'AWS::CloudFormation::Stack') return makeNested(id, properties)
    const resolved = { path: `${prefix}${id}`, type: Type, properties }
    resources.push(resolved)
    return create(resolved)
  }

  async function makeNested(id: string, properties: Readonly<Record<string, unknown>>): Promise<Physical> {
    const objectKey = String(properties.TemplateURL).split('/').at(-1) as string
    const inner = JSON.parse(assembly.asset(objectKey).toString('utf8')) as Template
    const parameters = (properties.Parameters ?? {}) as Readonly<Record<string, string>>
    const result = await resolveStack(inner, { ...options, parameters }, `${prefix}${id}/`)
    resources.push(...result.resources)
    nested.set(id, result.outputs)
    const attributes = Object.fromEntries(
      Object.entries(result.outputs).map(([name, value]) => [`Outputs.${name}`, String(value)]),
    )
    return { ref: `arn:aws:cloudformation:stack/${id}`, attributes }
  }

  async function resolve(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) {
      const items = await Promise.all(value.map(resolve))
      return items.filter((item) => item !== NO_VALUE)
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [first] = entries
    if (entries.length === 1 && first) {
      const [name, argument] = first
      if (name === 'Ref') return reference(argument as string)
      if (name.startsWith('Fn::')) return intrinsic(name, argument)
    }
    const parts = await Promise.all(entries.map(async ([key, part]) => [key, await resolve(part)] as const))
    return Object.fromEntries(parts.filter(([, part]) => part !== NO_VALUE))
  }

  async function reference(name: string): Promise<unknown> {
    if (name === 'AWS::NoValue') return NO_VALUE
    if (name in values) return values[name]
    return (await make(name)).ref
  }

  async function attribute(id: string, name: string): Promise<string> {
    const found = (await make(id)).attributes[name]
    if (found === undefined)
      throw new Error(`${prefix}${id} (${template.Resources[id]?.Type}) has no attribute ${name}.`)
    return found
  }

  async function intrinsic(name: string, argument: unknown): Promise<unknown> {
    switch (name) {
      case 'Fn::GetAtt': {
        const [id = '', ...rest] = typeof argument === 'string' ? argument.split('.') : (argument as string[])
        return attribute(id, rest.join('.'))
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown]
        return ((await resolve(parts)) as unknown[]).join(separator)
      }
      case 'Fn::Sub': {
        const [text, own] = Array.isArray(argument)
          ? [argument[0] as string, (await resolve(argument[1])) as Readonly<Record<string, unknown>>]
          : [argument as string, {}]
        return substitute(text, own)
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown]
        return ((await resolve(list)) as unknown[])[Number(index)]
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown]
        return String(await resolve(text)).split(separator)
      }
      default:
        throw new Error(`${prefix}: ${name} is not known here.`)
    }
  }

  async function substitute(text: string, own: Readonly<Record<string, unknown>>): Promise<string> {
    let result = ''
    let last = 0
    for (const match of text.matchAll(/\$\{(!?)([^}]+)\}/g)) {
      const [whole, literal, name = ''] = match
      result += text.slice(last, match.index)
      last = match.index + whole.length
      if (literal) result += `\${${name}}`
      else if (name in own) result += String(own[name])
      else if (name.includes('.') && !(name in values)) {
        const [id = '', ...rest] = name.split('.')
        result += await attribute(id, rest.join('.'))
      } else result += String(await reference(name))
    }
    return result + text.slice(last)
  }

  for (const id of Object.keys(template.Resources)) await make(id)
  const outputs: Record<string, unknown> = {}
  for (const [name, { Value }] of Object.entries(template.Outputs ?? {})) outputs[name] = await resolve(Value)
  return { resources, outputs }
}

const NO_VALUE = Symbol('AWS::NoValue')
