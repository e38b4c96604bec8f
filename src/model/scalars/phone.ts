import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * Why a text is no AWSPhone, as the end of a sentence; undefined when it is one. Digit groups are separated by spaces
 * or hyphens, an area code may stand in parentheses; a number without a country code is a North American one. Its
 * length must be possible in its country; whether it is assigned is not checked, since that changes.
 */
export function checkPhone(text: string): string | undefined {
  const expected =
    'must be a phone number, such as +1 206-555-0100; without a country code it is a North American one'
  if (text.length > MAX_LENGTH || !CHARACTERS.test(text) || DOUBLE_SEPARATOR.test(text)) return expected
  const number = parsePhoneNumberFromString(text, { defaultCountry: 'US', extract: false })
  return number?.isPossible() === true ? undefined : expected
}

const MAX_LENGTH = 40

const CHARACTERS = /^\+?[\d() -]*\d$/
const DOUBLE_SEPARATOR = /[ -]{2}/
