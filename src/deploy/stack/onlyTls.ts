/** The statement of a resource's own policy that refuses whoever comes without TLS. */
export function onlyTls(service: 's3' | 'sqs', resource: string | readonly string[]) {
  return {
    Sid: 'OnlyTls',
    Effect: 'Deny',
    Principal: '*',
    Action: `${service}:*`,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
}
