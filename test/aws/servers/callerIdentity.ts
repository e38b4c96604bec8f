/** What STS answers to whoever asks whose credentials these are. */
export function callerIdentity(account: string): string {
  const arn = `arn:aws:iam::${account}:user/tester`
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>tester</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
}
