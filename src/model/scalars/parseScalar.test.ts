import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCALARS, type ScalarName } from '../types.js'
import { dateTimeToMillis, dateToDay } from './dateTime.js'
import { parseScalar } from './parseScalar.js'

interface Table {
  readonly valid: readonly unknown[]
  readonly invalid: readonly (readonly [value: unknown, message: string])[]
}

const DATE_TIME_FORM = 'must have the form YYYY-MM-DDThh:mm:ss.sssZ, with Z or an offset such as +05:30.'
const DATE_FORM = 'must have the form YYYY-MM-DD, with an optional offset such as Z or +05:30.'
const TIME_FORM = 'must have the form hh:mm:ss.sss, with an optional offset such as Z or +05:30.'
const EMAIL = 'must be an email address of the form local-part@domain-part.'
const URL_FORM = 'must be a URL with a scheme, such as https://example.com/ or mailto:user@example.com.'
const PHONE =
  'must be a phone number, such as +1 206-555-0100; without a country code it is a North American one.'
const IP = 'must be an IPv4 or IPv6 address, such as 123.12.34.56 or 1a2b:3c4b::1234:4567.'

// The examples that AWS documents are all here.
const TABLES: Record<ScalarName, Table> = {
  ID: {
    valid: ['1', '', 'ü', 'a'.repeat(300)],
    invalid: [
      [1.5, 'ID must be a string, found 1.5.'],
      [true, 'ID must be a string, found true.'],
      [null, 'ID must be a string, found null.'],
      [undefined, 'ID must be a string, found nothing.'],
      [2 ** 60, 'ID must be a string, found 1152921504606847000.'],
    ],
  },
  String: {
    valid: ['', 'text', '😀', '\u0000'],
    invalid: [
      [1, 'String must be a string, found 1.'],
      [['a'], 'String must be a string, found a list.'],
      [{}, 'String must be a string, found an object.'],
      ['\ud800', 'String "\\ud800" holds half a surrogate pair, which is not valid Unicode.'],
    ],
  },
  Int: {
    valid: [0, 1, -1, 2147483647, -2147483648],
    invalid: [
      [1.5, 'Int must be a whole number, found 1.5.'],
      ['1', 'Int must be a whole number, found "1".'],
      [2147483648, 'Int must be a whole number of 32 bits, found 2147483648.'],
      [-2147483649, 'Int must be a whole number of 32 bits, found -2147483649.'],
      [Number.NaN, 'Int must be a whole number, found NaN.'],
      [1n, 'Int must be a whole number, found 1.'],
    ],
  },
  Float: {
    valid: [0, 1, -1.5, 1e-130, 9.99e125, -9.99e125],
    invalid: [
      [1e126, 'Float must be 0 or a number of a magnitude from 1E-130 to 9.99E+125, found 1e+126.'],
      [-1e-131, 'Float must be 0 or a number of a magnitude from 1E-130 to 9.99E+125, found -1e-131.'],
      [Number.POSITIVE_INFINITY, 'Float must be a number, found Infinity.'],
      ['1.5', 'Float must be a number, found "1.5".'],
    ],
  },
  Boolean: {
    valid: [true, false],
    invalid: [
      [0, 'Boolean must be true or false, found 0.'],
      ['true', 'Boolean must be true or false, found "true".'],
    ],
  },
  AWSDateTime: {
    valid: [
      '1970-01-01T12:00:00.2Z',
      '1970-01-01T12:00:00.277Z',
      '1970-01-01T12:00:00.123456789Z',
      '2017-01-01T00:00Z',
      '2024-02-29T23:59:59.999+05:30',
      '2024-02-29T23:59:59-07:00',
      '2024-02-29T23:59:59-07:00:30',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2000-02-29T00:00Z',
      '2024-01-01T00:00:00+18:00',
    ],
    invalid: [
      ['2024-01-01T00:00:00', `AWSDateTime "2024-01-01T00:00:00" ${DATE_TIME_FORM}`],
      ['2024-01-01', `AWSDateTime "2024-01-01" ${DATE_TIME_FORM}`],
      ['2024-01-01 00:00:00Z', `AWSDateTime "2024-01-01 00:00:00Z" ${DATE_TIME_FORM}`],
      ['2024-01-01T00:00:00.1234567890Z', `AWSDateTime "2024-01-01T00:00:00.1234567890Z" ${DATE_TIME_FORM}`],
      ['2024-01-01T00:00.5Z', `AWSDateTime "2024-01-01T00:00.5Z" ${DATE_TIME_FORM}`],
      ['2024-01-01T00:00:00Z\n', `AWSDateTime "2024-01-01T00:00:00Z\\n" ${DATE_TIME_FORM}`],
      ['2023-02-29T00:00:00Z', 'AWSDateTime "2023-02-29T00:00:00Z" is no day of the calendar.'],
      ['1900-02-29T00:00:00Z', 'AWSDateTime "1900-02-29T00:00:00Z" is no day of the calendar.'],
      ['2024-13-01T00:00:00Z', 'AWSDateTime "2024-13-01T00:00:00Z" is no day of the calendar.'],
      ['2024-04-31T00:00:00Z', 'AWSDateTime "2024-04-31T00:00:00Z" is no day of the calendar.'],
      ['2024-01-00T00:00:00Z', 'AWSDateTime "2024-01-00T00:00:00Z" is no day of the calendar.'],
      [
        '2024-01-01T24:00:00Z',
        'AWSDateTime "2024-01-01T24:00:00Z" is no time of the day (00:00:00 to 23:59:59).',
      ],
      [
        '2024-01-01T00:00:60Z',
        'AWSDateTime "2024-01-01T00:00:60Z" is no time of the day (00:00:00 to 23:59:59).',
      ],
      [
        '2024-01-01T00:00:00+18:01',
        'AWSDateTime "2024-01-01T00:00:00+18:01" has an offset outside -18:00 to +18:00.',
      ],
      [
        '2024-01-01T00:00:00+01:60',
        'AWSDateTime "2024-01-01T00:00:00+01:60" has an offset outside -18:00 to +18:00.',
      ],
      [
        '0000-01-01T00:00:00Z',
        'AWSDateTime "0000-01-01T00:00:00Z" has the year 0000; years run from 0001 to 9999.',
      ],
      [
        '0001-01-01T00:00:00+01:00',
        'AWSDateTime "0001-01-01T00:00:00+01:00" is outside the years 0001 to 9999 in UTC.',
      ],
      [
        '9999-12-31T23:59:59-01:00',
        'AWSDateTime "9999-12-31T23:59:59-01:00" is outside the years 0001 to 9999 in UTC.',
      ],
      [1700000000, 'AWSDateTime must be a string, found 1700000000.'],
    ],
  },
  AWSDate: {
    valid: [
      '1970-01-01',
      '1970-01-01Z',
      '1970-01-01-07:00',
      '1970-01-01+05:30',
      '1970-01-01+05:30:15',
      '2024-02-29',
    ],
    invalid: [
      ['2024-02-30', 'AWSDate "2024-02-30" is no day of the calendar.'],
      ['24-02-01', `AWSDate "24-02-01" ${DATE_FORM}`],
      ['2024-2-1', `AWSDate "2024-2-1" ${DATE_FORM}`],
      ['2024-02-01T00:00Z', `AWSDate "2024-02-01T00:00Z" ${DATE_FORM}`],
      ['2024-02-01+19:00', 'AWSDate "2024-02-01+19:00" has an offset outside -18:00 to +18:00.'],
    ],
  },
  AWSTime: {
    valid: [
      '12:30',
      '12:30Z',
      '12:30:24-07:00',
      '12:30:24.500+05:30',
      '00:00:00.000000001',
      '23:59:59+01:00:59',
    ],
    invalid: [
      ['24:00', 'AWSTime "24:00" is no time of the day (00:00:00 to 23:59:59).'],
      ['12:60', 'AWSTime "12:60" is no time of the day (00:00:00 to 23:59:59).'],
      ['12', `AWSTime "12" ${TIME_FORM}`],
      ['1:30', `AWSTime "1:30" ${TIME_FORM}`],
      ['12:30:24.', `AWSTime "12:30:24." ${TIME_FORM}`],
    ],
  },
  AWSTimestamp: {
    valid: [0, 1700000000, -1, 4102444800],
    invalid: [
      [1.5, 'AWSTimestamp must be a whole number of seconds since 1970-01-01T00:00Z, found 1.5.'],
      ['0', 'AWSTimestamp must be a whole number of seconds since 1970-01-01T00:00Z, found "0".'],
      [
        2 ** 53,
        'AWSTimestamp must be a whole number of seconds since 1970-01-01T00:00Z, found 9007199254740992.',
      ],
    ],
  },
  AWSEmail: {
    valid: [
      'username@example.com',
      'a.b+c@sub.example.co.uk',
      '"john doe"@example.com',
      'user@localhost',
      'u@[127.0.0.1]',
    ],
    invalid: [
      ['username', `AWSEmail "username" ${EMAIL}`],
      ['@example.com', `AWSEmail "@example.com" ${EMAIL}`],
      ['user@', `AWSEmail "user@" ${EMAIL}`],
      ['a..b@example.com', `AWSEmail "a..b@example.com" ${EMAIL}`],
      ['a b@example.com', `AWSEmail "a b@example.com" ${EMAIL}`],
      ['user@-example.com', `AWSEmail "user@-example.com" ${EMAIL}`],
      ['user@example..com', `AWSEmail "user@example..com" ${EMAIL}`],
      ['User <user@example.com>', `AWSEmail "User <user@example.com>" ${EMAIL}`],
      [`${'a'.repeat(65)}@example.com`, `AWSEmail "${'a'.repeat(59)}…" ${EMAIL}`],
    ],
  },
  AWSJSON: {
    valid: ['{"upvotes":10}', '[1,2,3]', '"AWSJSON example string"', '1', 'true', 'null'],
    invalid: [
      ['{a: 1}', 'AWSJSON "{a: 1}" is not valid JSON; expected a string such as "{\\"a\\": 1}".'],
      ["{'a': 1}", 'AWSJSON "{\'a\': 1}" is not valid JSON; expected a string such as "{\\"a\\": 1}".'],
      [
        'Unquoted string',
        'AWSJSON "Unquoted string" is not valid JSON; expected a string such as "{\\"a\\": 1}".',
      ],
      ['', 'AWSJSON "" is not valid JSON; expected a string such as "{\\"a\\": 1}".'],
      [{ a: 1 }, 'AWSJSON must be a string, found an object.'],
      ['[1e400]', 'AWSJSON "[1e400]" holds a number beyond the range of a double.'],
    ],
  },
  AWSURL: {
    valid: [
      'https://www.amazon.com/dp/B000NZW3KC/',
      'mailto:example@example.com',
      'http://user:pw@example.com:8080/a/b?q=//x#//y',
      'urn:isbn:0451450523',
      'ftp://example.com/file',
    ],
    invalid: [
      ['www.amazon.com', `AWSURL "www.amazon.com" ${URL_FORM}`],
      ['/path', `AWSURL "/path" ${URL_FORM}`],
      ['https://example.com/a//b', 'AWSURL "https://example.com/a//b" must not have // in its path.'],
      ['https:example.com', 'AWSURL "https:example.com" is not a valid URL.'],
      ['https://', 'AWSURL "https://" is not a valid URL.'],
      [
        'https://exa mple.com',
        'AWSURL "https://exa mple.com" must not hold white space or control characters; encode them as %XX.',
      ],
    ],
  },
  AWSPhone: {
    valid: [
      '+1 206-555-0100',
      '206-555-0100',
      '206 555 0100',
      '2065550100',
      '+442079460958',
      '+49 0711 2842222',
      '+55 (12) 3923-5555',
    ],
    invalid: [
      ['call me', `AWSPhone "call me" ${PHONE}`],
      ['12345', `AWSPhone "12345" ${PHONE}`],
      ['+999 123456', `AWSPhone "+999 123456" ${PHONE}`],
      ['206.555.0100', `AWSPhone "206.555.0100" ${PHONE}`],
      ['1 206-555-0100 ext. 5', `AWSPhone "1 206-555-0100 ext. 5" ${PHONE}`],
      ['', `AWSPhone "" ${PHONE}`],
      [2065550100, 'AWSPhone must be a string, found 2065550100.'],
    ],
  },
  AWSIPAddress: {
    valid: [
      '123.12.34.56',
      '1a2b:3c4b::1234:4567',
      '123.45.67.89/16',
      '::',
      '::1',
      '1::',
      '1:2:3:4:5:6:7:8',
      '::ffff:192.0.2.1',
      '2001:db8::/32',
      '0.0.0.0/0',
    ],
    invalid: [
      ['256.1.1.1', `AWSIPAddress "256.1.1.1" ${IP}`],
      ['1.2.3', `AWSIPAddress "1.2.3" ${IP}`],
      ['01.2.3.4', `AWSIPAddress "01.2.3.4" ${IP}`],
      ['[::1]', `AWSIPAddress "[::1]" ${IP}`],
      ['1::2::3', `AWSIPAddress "1::2::3" ${IP}`],
      ['1:2:3:4:5:6:7', `AWSIPAddress "1:2:3:4:5:6:7" ${IP}`],
      ['1:2:3:4:5:6:7:8::', `AWSIPAddress "1:2:3:4:5:6:7:8::" ${IP}`],
      ['192.0.2.1::', `AWSIPAddress "192.0.2.1::" ${IP}`],
      ['12345::', `AWSIPAddress "12345::" ${IP}`],
      ['1.2.3.4/33', 'AWSIPAddress "1.2.3.4/33" must have a CIDR suffix from /0 to /32.'],
      ['::1/129', 'AWSIPAddress "::1/129" must have a CIDR suffix from /0 to /128.'],
      ['1.2.3.4/', 'AWSIPAddress "1.2.3.4/" must have a CIDR suffix from /0 to /32.'],
    ],
  },
}

describe.each(SCALARS)('%s', (name) => {
  test.each(TABLES[name].valid.map((value) => [value]))('takes %j', (value) => {
    expect(parseScalar(name, value)).toEqual({ ok: true, value })
  })

  test.each(TABLES[name].invalid.map(([value, message]) => ({ value, message })))(
    'refuses $value',
    ({ value, message }) => {
      expect(parseScalar(name, value)).toEqual({ ok: false, message })
    },
  )

  test('refuses null and never throws, whatever comes', () => {
    expect(parseScalar(name, null).ok).toBe(false)
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const result = parseScalar(name, value)
        expect(result.ok ? JSON.stringify(result.value) : result.message).toBeTypeOf('string')
      }),
    )
  })
})

test('an ID may be given as a whole number', () => {
  expect(parseScalar('ID', 42)).toEqual({ ok: true, value: '42' })
})

test('negative zero is zero', () => {
  for (const name of ['Int', 'Float', 'AWSTimestamp'] as const) {
    const result = parseScalar(name, -0)
    expect(result.ok && Object.is(result.value, 0)).toBe(true)
  }
})

test('a hostile phone number or email is refused at once', () => {
  const before = performance.now()
  for (const text of [
    '1'.repeat(100_000),
    `+${'1 '.repeat(50_000)}`,
    `${'1'.repeat(39)}x`,
    '(1'.repeat(19),
  ]) {
    expect(parseScalar('AWSPhone', text).ok).toBe(false)
    expect(parseScalar('AWSEmail', text).ok).toBe(false)
  }
  expect(performance.now() - before).toBeLessThan(15_000)
})

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00Z', 0],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1969-12-31T23:00:00-01:00', 0],
  ['1970-01-01T00:00:01+00:00:01', 0],
  ['1970-01-01T00:00:00.123456789Z', 123],
  ['1970-01-01T00:00:00.5Z', 500],
  ['0050-06-01T00:00:00Z', Date.parse('0050-06-01T00:00:00Z')],
  ['yesterday', Number.NaN],
])('dateTimeToMillis(%j) is %d', (text, millis) => {
  expect(dateTimeToMillis(text)).toBe(millis)
})

test('every instant that JavaScript prints is an AWSDateTime and comes back', () => {
  const dates = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseScalar('AWSDateTime', date.toISOString()).ok).toBe(true)
      expect(dateTimeToMillis(date.toISOString())).toBe(date.getTime())
    }),
  )
})

test('an AWSJSON is kept as AppSync hands it on: parsed, and written anew', () => {
  const given = ' { "b" : [1, 2.50, 1E2], "a":"\\u00e9" } '
  expect(parseScalar('AWSJSON', given)).toEqual({ ok: true, value: '{"b":[1,2.5,100],"a":"é"}' })
})

test('SQL sees an AWSDate without its offset', () => {
  expect(dateToDay('1970-01-01+05:30')).toBe('1970-01-01')
})
