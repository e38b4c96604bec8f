/** A system time: `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export function systemTime(millis: number): string {
  return new Date(millis).toISOString()
}
