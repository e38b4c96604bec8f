/** A template of CloudFormation, as far as it is read here. */
export interface Template {
  readonly Resources: { readonly [logicalId: string]: TemplateResource }
  readonly Parameters?: { readonly [name: string]: Readonly<Record<string, unknown>> }
  readonly Outputs?: { readonly [name: string]: { readonly Value: unknown } }
}

export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Metadata?: Readonly<Record<string, unknown>>
}
