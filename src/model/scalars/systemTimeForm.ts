const LENGTH = 'YYYY-MM-DDTHH:mm:ss.sssZ'.length
const ZERO = 48

/**
 * True for a moment of the years 0001 to 9999 in the form that the system writes: `YYYY-MM-DDTHH:mm:ss.sssZ`. Nearly all
 * times are in this form, so that it is told without a pattern and without a `Date`.
 */
export function hasSystemTimeForm(text: string): boolean {
  if (text.length !== LENGTH || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return false
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return false
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  // NaN is within no bounds.
  return (
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    digits(text, 11, 13) <= 23 &&
    digits(text, 14, 16) <= 59 &&
    digits(text, 17, 19) <= 59 &&
    digits(text, 20, 23) <= 999
  )
}

/** Days of a month of the Gregorian calendar. */
export function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}

/** The number that these characters write; NaN when one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}
