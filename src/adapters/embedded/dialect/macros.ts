import { JSON_MACROS } from './jsonMacros.js'
import { failure } from './typed.js'

/** A decimal number, with an exponent or without. */
const NUMBER = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'

const CASTS = {
  'ocg_text_to_boolean(t)': `CASE
    ${failure("lower(t) NOT IN ('true', 't', '1', 'false', 'f', '0')", 'A text can not be cast to boolean.')}
    ELSE lower(t) IN ('true', 't', '1') END`,
  'ocg_text_to_bigint(t)': `CASE
    ${failure(`NOT regexp_full_match(t, '[+-]?[0-9]+')`, 'A text can not be cast to a whole number.')}
    ELSE CAST(ltrim(t, '+') AS BIGINT) END`,
  'ocg_text_to_double(t)': `CASE
    ${failure(`NOT regexp_full_match(trim(t), '${NUMBER}|NaN|[+-]?Infinity')`, 'A text can not be cast to a number.')}
    ELSE CAST(ltrim(trim(t), '+') AS DOUBLE) END`,
  // The digits around a point moved by an exponent. No decimal has digits further away than 200.
  'ocg_point_moved(s, w, f, p)': `CASE WHEN p <= 0 THEN s || '0.' || repeat('0', -p) || w || f
    WHEN p >= length(w || f) THEN s || w || f || repeat('0', p - length(w || f))
    ELSE s || left(w || f, p) || '.' || substr(w || f, p + 1) END`,
  'ocg_point_place(w, x)': `length(w) + CASE WHEN regexp_full_match(x, '[+-]?0*[0-9]{1,3}')
    THEN greatest(-200, least(200, CAST(ltrim(x, '+') AS BIGINT))) WHEN x LIKE '-%' THEN -200 ELSE 200 END`,
  'ocg_without_exponent(t)': `CASE WHEN NOT regexp_matches(t, '[1-9].*[eE]') THEN '0' ELSE ocg_point_moved(
    CASE WHEN t LIKE '-%' THEN '-' ELSE '' END,
    ltrim(regexp_extract(t, '^[+-]?([0-9]*)', 1), '0'),
    regexp_extract(t, '^[+-]?[0-9]*[.]([0-9]*)', 1),
    ocg_point_place(ltrim(regexp_extract(t, '^[+-]?([0-9]*)', 1), '0'), regexp_extract(t, '[eE](.*)$', 1))) END`,
  // DuckDB rounds a text with an exponent wrongly when it casts it to decimal.
  'ocg_number_text(t)': `CASE
    ${failure(`NOT regexp_full_match(t, '${NUMBER}')`, 'A text can not be cast to decimal.')}
    WHEN contains(lower(t), 'e') THEN ocg_without_exponent(t)
    ELSE ltrim(t, '+') END`,
  // Of the shortest digits that mean the double: DuckDB would take those of its binary value.
  'ocg_double_digits(x)': `CASE ${failure('NOT isfinite(x)', 'NaN and infinity are no decimals.')}
    ELSE ocg_number_text(CAST(x AS VARCHAR)) END`,
  'ocg_date_text(t)': `CASE
    ${failure(`NOT regexp_full_match(trim(t), '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}')`, 'A text can not be cast to date: it has to be written as YYYY-MM-DD.')}
    ELSE trim(t) END`,
  'ocg_timestamp_text(t)': `CASE
    ${failure(`NOT regexp_full_match(trim(t), '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,9})?)?)?')`, 'A text can not be cast to timestamp: it has to be written as YYYY-MM-DD hh:mm:ss.')}
    WHEN regexp_full_match(trim(t), '[^:]*:[0-9]{1,2}') THEN trim(t) || ':00' ELSE trim(t) END`,
  'ocg_time_text(t)': `CASE
    ${failure(`NOT regexp_full_match(trim(t), '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?')`, 'A text can not be cast to time: it has to be written as hh:mm:ss.')}
    WHEN regexp_full_match(trim(t), '[0-9]{1,2}:[0-9]{2}') THEN trim(t) || ':00' ELSE trim(t) END`,
  'ocg_mantissa(d)': `left(d, 1) || '.' || CASE WHEN length(d) = 1 THEN '0' ELSE substr(d, 2) END`,
  'ocg_scientific(s, w, f, x)': `CASE
    WHEN w IS NULL THEN NULL
    WHEN ltrim(w || f, '0') = '' THEN s || '0E0'
    ELSE s || ocg_mantissa(trim(w || f, '0')) || 'E' ||
      CAST(length(w) - 1 - (length(w || f) - length(ltrim(w || f, '0'))) + x AS VARCHAR) END`,
  // 1.5 is 1.5E0 in Trino: the shortest digits that give the number back, one of them before the point.
  'ocg_floating_text(t)': `CASE
    WHEN lower(t) = 'nan' THEN 'NaN'
    WHEN lower(t) = 'inf' THEN 'Infinity'
    WHEN lower(t) = '-inf' THEN '-Infinity'
    ELSE list_transform([struct_pack(
      s := regexp_extract(t, '^(-?)([0-9]+)', 1),
      w := regexp_extract(t, '^(-?)([0-9]+)', 2),
      f := regexp_extract(t, '[.]([0-9]+)', 1),
      x := coalesce(TRY_CAST(regexp_extract(t, 'e([+-]?[0-9]+)$', 1) AS BIGINT), 0))],
      lambda p: ocg_scientific(p.s, p.w, p.f, p.x))[1] END`,
}

const NUMBERS = {
  'ocg_divide_half_up(a, b)': `CASE WHEN (a < 0) = (b < 0)
    THEN (2 * abs(a) + abs(b)) // (2 * abs(b)) ELSE -((2 * abs(a) + abs(b)) // (2 * abs(b))) END`,
  'ocg_number(x)': 'CASE WHEN isnan(x) THEN NULL ELSE x END',
  // Java knows no power of 1 to NaN or infinity.
  'ocg_pow(x, y)': "CASE WHEN abs(x) = 1 AND NOT isfinite(y) THEN CAST('NaN' AS DOUBLE) ELSE pow(x, y) END",
  'ocg_sign(x)': 'CASE WHEN isnan(x) THEN x ELSE CAST(sign(x) AS DOUBLE) END',
  // DuckDB's cbrt misses whole roots by a bit.
  'ocg_cbrt(x)': 'CASE WHEN pow(round(cbrt(x)), 3) = x THEN round(cbrt(x)) ELSE cbrt(x) END',
  'ocg_round(x, d)': 'CASE WHEN isnan(x) OR isinf(x) THEN x ELSE round(x, d) END',
  'ocg_round_whole(x, d)': `CASE WHEN d >= 0 THEN x WHEN d < -18 THEN 0
    ELSE CAST(ocg_divide_half_up(CAST(x AS HUGEINT), CAST(pow(10, -d) AS HUGEINT)) * CAST(pow(10, -d) AS HUGEINT) AS BIGINT) END`,
  'ocg_ln(x)': `CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE)
    WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE NULL END`,
  'ocg_log10(x)': `CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE)
    WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE NULL END`,
  'ocg_log2(x)': `CASE WHEN x > 0 THEN log2(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE)
    WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE NULL END`,
  'ocg_sqrt(x)': "CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(x) END",
  'ocg_acos(x)': "CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE acos(x) END",
  'ocg_asin(x)': "CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE asin(x) END",
  // Whole numbers of b bits, two's complement.
  'ocg_bits(h, b)': 'h % CAST(pow(2, b) AS HUGEINT)',
  'ocg_unsigned(h, b)': 'ocg_bits(ocg_bits(h, b) + CAST(pow(2, b) AS HUGEINT), b)',
  'ocg_signed(h, b)':
    'CASE WHEN h >= CAST(pow(2, b - 1) AS HUGEINT) THEN h - CAST(pow(2, b) AS HUGEINT) ELSE h END',
  'ocg_left_shift(v, n, b)': `CASE WHEN v IS NULL OR n IS NULL THEN NULL WHEN n >= b OR n < 0 THEN 0
    ELSE ocg_signed(ocg_unsigned(CAST(v AS HUGEINT) * CAST(pow(2, n) AS HUGEINT), b), b) END`,
  'ocg_right_shift(v, n, b)': `CASE WHEN v IS NULL OR n IS NULL THEN NULL WHEN n >= b OR n < 0 THEN 0
    ELSE ocg_signed(ocg_unsigned(CAST(v AS HUGEINT), b) // CAST(pow(2, n) AS HUGEINT), b) END`,
  'ocg_to_base(n, r)': `CASE ${failure('r < 2 OR r > 36', 'A radix lies between 2 and 36.')}
    WHEN n < 0 THEN '-' || lower(to_base(-n, CAST(r AS INTEGER))) ELSE lower(to_base(n, CAST(r AS INTEGER))) END`,
  'ocg_digits(t)': "string_split(lower(ltrim(t, '+-')), '')",
  'ocg_digit(d)': "strpos('0123456789abcdefghijklmnopqrstuvwxyz', d) - 1",
  'ocg_from_base(t, r)': `CASE WHEN t IS NULL OR r IS NULL THEN NULL
    ${failure('r < 2 OR r > 36', 'A radix lies between 2 and 36.')}
    ${failure(
      `NOT regexp_full_match(t, '[+-]?[0-9A-Za-z]{1,64}')
      OR len(list_filter(ocg_digits(t), lambda d: ocg_digit(d) >= r)) > 0`,
      'A text is not a number of this radix.',
    )}
    ELSE CAST((CASE WHEN t LIKE '-%' THEN -1 ELSE 1 END) * list_reduce(
      list_transform(ocg_digits(t), lambda d: CAST(ocg_digit(d) AS HUGEINT)), lambda a, b: a * r + b) AS BIGINT) END`,
  'ocg_width_bucket(x, lo, hi, n)': `CASE
    ${failure('n <= 0 OR lo = hi OR isnan(x) OR NOT isfinite(lo) OR NOT isfinite(hi)', 'width_bucket needs a number, at least one bucket and two different finite bounds.')}
    WHEN lo < hi THEN CASE WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1
      ELSE CAST(floor(n * (x - lo) / (hi - lo)) AS BIGINT) + 1 END
    ELSE CASE WHEN x > lo THEN 0 WHEN x <= hi THEN n + 1 ELSE CAST(floor(n * (lo - x) / (lo - hi)) AS BIGINT) + 1 END END`,
}

/** What Trino's trim takes for white space. */
const WHITE_SPACE = [
  9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
  0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x205f, 0x3000,
]

const TEXTS = {
  'ocg_white_space()': WHITE_SPACE.map((code) => `chr(${code})`).join(' || '),
  'ocg_chars(t)': "regexp_extract_all(t, '(?s).')",
  'ocg_reverse(t)': "CASE WHEN t = '' THEN '' ELSE array_to_string(list_reverse(ocg_chars(t)), '') END",
  // Java keeps the sharp s, which has no upper case of one letter in its tables.
  'ocg_upper(t)':
    "CASE WHEN contains(t, 'ß') THEN replace(upper(replace(t, 'ß', chr(57344))), chr(57344), 'ß') ELSE upper(t) END",
  'ocg_substr_from(t, n)': `CASE WHEN n IS NULL THEN NULL WHEN n = 0 OR abs(greatest(n, -4294967295)) > length(t) THEN CASE WHEN t IS NULL THEN NULL ELSE '' END ELSE substr(t, n) END`,
  'ocg_substr(t, n, l)': `CASE WHEN l <= 0 THEN CASE WHEN t IS NULL OR n IS NULL THEN NULL ELSE '' END
    WHEN n IS NULL OR l IS NULL THEN NULL
    WHEN n = 0 OR abs(greatest(n, -4294967295)) > length(t) THEN CASE WHEN t IS NULL OR l IS NULL THEN NULL ELSE '' END
    ELSE substr(t, n, least(l, length(t))) END`,
  'ocg_replace(t, a, b)': `CASE ${failure(`a = ''`, 'replace looks for an empty text.')} ELSE replace(t, a, b) END`,
  'ocg_lpad(t, n, p)': `CASE ${failure(`n < 0 OR p = ''`, 'lpad takes a length of at least 0 and a text to pad with.')}
    ELSE lpad(t, CAST(n AS INTEGER), p) END`,
  'ocg_rpad(t, n, p)': `CASE ${failure(`n < 0 OR p = ''`, 'rpad takes a length of at least 0 and a text to pad with.')}
    ELSE rpad(t, CAST(n AS INTEGER), p) END`,
  'ocg_split(t, d)': `CASE ${failure(`d = ''`, 'The delimiter of split is empty.')} ELSE string_split(t, d) END`,
  'ocg_split_limit(t, d, n)': `CASE ${failure('n <= 0', 'The limit of split is at least 1.')}
    WHEN len(ocg_split(t, d)) <= n THEN ocg_split(t, d)
    ELSE list_append(list_slice(ocg_split(t, d), 1, n - 1), array_to_string(list_slice(ocg_split(t, d), n, len(ocg_split(t, d))), d)) END`,
  'ocg_split_part(t, d, n)': `CASE ${failure('n <= 0', 'The index of split_part is at least 1.')}
    ELSE list_extract(ocg_split(t, d), n) END`,
  'ocg_codepoint(t)': `CASE ${failure('length(t) <> 1', 'codepoint takes one character.')} ELSE unicode(t) END`,
  'ocg_hamming_distance(a, b)': `CASE ${failure('length(a) <> length(b)', 'hamming_distance compares texts of one length.')}
    WHEN a IS NULL OR b IS NULL THEN NULL
    ELSE len(list_filter(range(1, 1 + length(a)), lambda i: substr(a, i, 1) <> substr(b, i, 1))) END`,
  // DuckDB compares bytes: a text in which every character is one byte gives the same.
  'ocg_levenshtein_distance(a, b)': `CASE ${failure('strlen(a) <> length(a) OR strlen(b) <> length(b)', 'levenshtein_distance compares ASCII texts only.')} ELSE levenshtein(a, b) END`,
  'ocg_regexp_extract(t, p, g)': 'CASE WHEN regexp_matches(t, p) THEN regexp_extract(t, p, g) END',
  'ocg_from_utf8(b)': 'decode(b)',
  'ocg_utf16_length(t)': "length(t) + length(regexp_replace(t, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))",
  'ocg_fill_left(t, w)': "repeat(' ', greatest(w - ocg_utf16_length(t), 0)) || t",
  'ocg_fill_right(t, w)': "t || repeat(' ', greatest(w - ocg_utf16_length(t), 0))",
  'ocg_zeros(t, w)': "repeat('0', greatest(w - length(t), 0)) || t",
  'ocg_grouped(t)': `ltrim(reverse(regexp_replace(reverse(split_part(t, '.', 1)), '([0-9]{3})', '\\1,', 'g')), ',')
    || CASE WHEN contains(t, '.') THEN '.' || split_part(t, '.', 2) ELSE '' END`,
  'ocg_octal(n)': `CASE WHEN n < 0 THEN '1' || lpad(to_base(n & 9223372036854775807, 8), 21, '0') ELSE to_base(n, 8) END`,
  // The text of a double, which has one whole digit when it has an exponent, without one.
  'ocg_exponent(t)': "coalesce(TRY_CAST(regexp_extract(t, 'e[+]?(-?[0-9]+)$', 1) AS INTEGER), 0)",
  'ocg_plain_digits(t)': `CASE WHEN NOT contains(t, 'e') THEN t
    WHEN ocg_exponent(t) < 0 THEN '0.' || repeat('0', -ocg_exponent(t) - 1) || replace(split_part(t, 'e', 1), '.', '')
    ELSE rpad(replace(split_part(t, 'e', 1), '.', ''), ocg_exponent(t) + 1, '0') END`,
  // Java writes an exponent from ten millions up, and below a thousandth.
  'ocg_java_floating(x)': `CASE WHEN x = 0 OR (abs(x) >= 0.001::DOUBLE AND abs(x) < 10000000)
    THEN CAST(x AS VARCHAR) ELSE ocg_floating_text(CAST(x AS VARCHAR)) END`,
  // Java leaves out seconds that are 0, and three or six digits after them.
  'ocg_java_clock(t)': `regexp_replace(regexp_replace(t, '(:00)?[.]000000$', ''), '([.][0-9]{3})000$', '\\1')`,
}

const JSONS = {
  'ocg_json_is_scalar(j)': "json_type(j) NOT IN ('OBJECT', 'ARRAY')",
  'ocg_json_size(j)': `CASE json_type(j) WHEN 'OBJECT' THEN len(json_keys(j))
    WHEN 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) ELSE CASE WHEN j IS NULL THEN NULL ELSE 0 END END`,
  'ocg_json_array_length(j)':
    "CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END",
  'ocg_json_array_contains(j, k, v)': `CASE WHEN json_type(j) = 'ARRAY' AND v IS NOT NULL THEN len(list_filter(
    CAST(j AS JSON[]), lambda x: replace(json_type(x), 'UBIGINT', 'BIGINT') = k AND (x ->> '$') = v)) > 0 END`,
  'ocg_json_to_text(j)': `CASE
    ${failure("json_type(j) IN ('OBJECT', 'ARRAY')", 'A JSON object or array can not be cast to varchar.')}
    WHEN json_type(j) = 'DOUBLE' THEN ocg_floating_text(CAST(CAST(j ->> '$' AS DOUBLE) AS VARCHAR)) ELSE j ->> '$' END`,
  'ocg_json_to_bigint(j)': `CASE json_type(j) WHEN 'BOOLEAN' THEN CASE WHEN (j ->> '$') = 'true' THEN 1 ELSE 0 END
    WHEN 'DOUBLE' THEN CAST(round(CAST(j ->> '$' AS DOUBLE)) AS BIGINT) ELSE ocg_text_to_bigint(j ->> '$') END`,
  'ocg_json_to_double(j)': `CASE json_type(j) WHEN 'BOOLEAN' THEN CASE WHEN (j ->> '$') = 'true' THEN 1 ELSE 0 END
    ELSE ocg_text_to_double(j ->> '$') END`,
  'ocg_json_to_boolean(j)': `CASE WHEN json_type(j) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN CAST(j ->> '$' AS DOUBLE) <> 0
    ELSE ocg_text_to_boolean(j ->> '$') END`,
}

const ISO_TIME =
  '[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?)?(Z|[+-]00:?00)?)?'

const TIMES = {
  'ocg_round_time(t, u)': `make_timestamp(CAST(epoch_us(t) + u // 2 - ((epoch_us(t) + u // 2) % u + u) % u AS BIGINT))`,
  'ocg_round_instant(t, u)': "timezone('UTC', ocg_round_time(timezone('UTC', t), u))",
  'ocg_full_months(a, b)': `(year(b) - year(a)) * 12 + month(b) - month(a)
    - CASE WHEN a + to_months(CAST((year(b) - year(a)) * 12 + month(b) - month(a) AS INTEGER)) > b THEN 1 ELSE 0 END`,
  'ocg_months_between(a, b)': 'CASE WHEN b >= a THEN ocg_full_months(a, b) ELSE -(ocg_full_months(b, a)) END',
  'ocg_from_unixtime(s)': `timezone('UTC', make_timestamp(CAST(floor(s * 1000 + 0.5::DOUBLE) AS BIGINT) * 1000))`,
  'ocg_iso_text(d, c)': `CASE length(c) WHEN 0 THEN d || ' 00:00:00' WHEN 2 THEN d || ' ' || c || ':00:00'
    WHEN 5 THEN d || ' ' || c || ':00' ELSE d || ' ' || replace(c, ',', '.') END`,
  'ocg_from_iso8601(t)': `CASE ${failure(`NOT regexp_full_match(t, '${ISO_TIME}')`, 'A text is not an ISO 8601 time in UTC.')}
    ELSE timezone('UTC', date_trunc('millisecond', CAST(ocg_iso_text(regexp_extract(t, '^([^T]*)', 1),
      regexp_extract(t, 'T([0-9:.,]*)', 1)) AS TIMESTAMP))) END`,
  'ocg_offset_minutes(l, i)': "CAST((epoch_ms(l) - epoch_ms(timezone('UTC', i))) // 60000 AS BIGINT)",
  'ocg_offset_text(l, i)': `CASE WHEN ocg_offset_minutes(l, i) < 0 THEN '-' ELSE '+' END
    || lpad(CAST(abs(ocg_offset_minutes(l, i)) // 60 AS VARCHAR), 2, '0') || ':'
    || lpad(CAST(abs(ocg_offset_minutes(l, i)) % 60 AS VARCHAR), 2, '0')`,
  'ocg_interval_days(v)': 'epoch_ms(v) // 86400000',
  'ocg_interval_hours(v)': '(epoch_ms(v) // 3600000) % 24',
  'ocg_interval_minutes(v)': '(epoch_ms(v) // 60000) % 60',
  'ocg_interval_seconds(v)': '(epoch_ms(v) // 1000) % 60',
  'ocg_interval_milliseconds(v)': 'epoch_ms(v) % 1000',
  'ocg_months(v)': "date_part('year', v) * 12 + date_part('month', v)",
  'ocg_interval_years(v)': 'ocg_months(v) // 12',
  'ocg_interval_months(v)': 'ocg_months(v) % 12',
  'ocg_scale_days(v, f)': 'to_milliseconds(CAST(trunc(epoch_ms(v) * f) AS BIGINT))',
  'ocg_scale_months(v, f)': 'to_months(CAST(trunc(ocg_months(v) * f) AS INTEGER))',
}

const LISTS = {
  'ocg_has_null(l)': 'len(list_filter(l, lambda x: x IS NULL)) > 0',
  'ocg_contains(l, v)': `CASE WHEN l IS NULL OR v IS NULL THEN NULL WHEN list_contains(l, v) THEN TRUE
    WHEN ocg_has_null(l) THEN NULL ELSE FALSE END`,
  // One of each item, in the order of their first places. Null is an item.
  'ocg_array_distinct(l)': `list_filter(l, lambda x, i: CASE WHEN x IS NULL
    THEN len(list_filter(list_slice(l, 1, i - 1), lambda y: y IS NULL)) = 0 ELSE list_position(l, x) = i END)`,
  'ocg_in_list(l, x)': 'CASE WHEN x IS NULL THEN ocg_has_null(l) ELSE list_contains(l, x) END',
  'ocg_array_union(a, b)':
    'CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE ocg_array_distinct(list_concat(a, b)) END',
  'ocg_array_intersect(a, b)': `CASE WHEN a IS NULL OR b IS NULL THEN NULL
    ELSE list_filter(ocg_array_distinct(a), lambda v: ocg_in_list(b, v)) END`,
  'ocg_array_except(a, b)': `CASE WHEN a IS NULL OR b IS NULL THEN NULL
    ELSE list_filter(ocg_array_distinct(a), lambda v: NOT ocg_in_list(b, v)) END`,
  'ocg_arrays_overlap(a, b)': `CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN TRUE
    WHEN len(a) > 0 AND len(b) > 0 AND (ocg_has_null(a) OR ocg_has_null(b)) THEN NULL ELSE FALSE END`,
  'ocg_array_join(l, s)': `CASE WHEN l IS NULL THEN NULL WHEN len(l) = 0 THEN '' ELSE array_to_string(l, s) END`,
  'ocg_any_match(l)': `CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, TRUE) THEN TRUE
    WHEN ocg_has_null(l) THEN NULL ELSE FALSE END`,
  'ocg_all_match(l)': `CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, FALSE) THEN FALSE
    WHEN ocg_has_null(l) THEN NULL ELSE TRUE END`,
  'ocg_none_match(l)': 'NOT (ocg_any_match(l))',
  'ocg_sequence(a, b, s)': `CASE
    ${failure('s = 0 OR (s > 0 AND a > b) OR (s < 0 AND a < b)', 'The step of sequence leads away from its end.')}
    ${failure('abs(b - a) // abs(s) >= 10000', 'A sequence has at most 10000 items.')}
    ELSE generate_series(a, b, s) END`,
  'ocg_time_sequence(a, b, s)': `CASE
    ${failure('(a < b AND a + s <= a) OR (a > b AND a + s >= a)', 'The step of sequence leads away from its end.')}
    ${failure('abs(epoch_ms(b) - epoch_ms(a)) // greatest(abs(epoch_ms(a + s) - epoch_ms(a)), 1) >= 10000', 'A sequence has at most 10000 items.')}
    ELSE generate_series(a, b, s) END`,
  'ocg_slice(l, n, c)': `CASE WHEN l IS NULL OR n IS NULL OR c IS NULL THEN NULL
    ${failure('n = 0 OR c < 0', 'slice starts at 1, or at -1 from the end, and its length is at least 0.')}
    WHEN -n > len(l) OR c = 0 THEN list_slice(l, 2, 1)
    WHEN n < 0 THEN list_slice(l, len(l) + n + 1, least(len(l) + n + c, len(l)))
    ELSE list_slice(l, n, least(n + c - 1, len(l))) END`,
  'ocg_sorted_pairs(l)': `list_sort(list_transform(list_filter(l, lambda p: p IS NOT NULL),
    lambda p, i: struct_pack(k := p.k, i := i, v := p.v)))`,
  'ocg_first_pairs(l)': 'list_filter(l, lambda p, i: i = 1 OR l[i - 1].k <> p.k)',
  'ocg_pairs_to_map(l)': `CASE WHEN l IS NULL THEN NULL ELSE map_from_entries(list_transform(
    ocg_first_pairs(ocg_sorted_pairs(l)), lambda p: struct_pack(k := p.k, v := p.v))) END`,
  'ocg_pairs_to_multimap(l)': `CASE WHEN l IS NULL THEN NULL ELSE map_from_entries(list_transform(
    ocg_first_pairs(ocg_sorted_pairs(l)), lambda f: struct_pack(k := f.k, v := list_transform(
      list_filter(l, lambda p: p IS NOT NULL AND p.k = f.k), lambda p: p.v)))) END`,
}

/** The parts of RFC 3986, by its own regular expression: scheme 1, authority 2, path 3, query 4, fragment 5. */
const URL_PATTERN = '^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:[?]([^#]*))?(?:#(.*))?$'

const URLS = {
  'ocg_url_part(u, g)': `CASE WHEN regexp_matches(u, '[\\s<>"{}|\\\\^\`]') THEN NULL ELSE regexp_extract(u, '${URL_PATTERN}', g) END`,
  'ocg_url_protocol(u)': 'ocg_url_part(u, 1)',
  'ocg_url_host(u)': `regexp_extract(ocg_url_part(u, 2), '^(?:[^@]*@)?(\\[[^\\]]*\\]|[^:]*)', 1)`,
  'ocg_url_port(u)': `TRY_CAST(regexp_extract(ocg_url_part(u, 2), ':([0-9]+)$', 1) AS BIGINT)`,
  'ocg_url_path(u)': 'url_decode(ocg_url_part(u, 3))',
  'ocg_url_query(u)': 'url_decode(ocg_url_part(u, 4))',
  'ocg_url_fragment(u)': 'url_decode(ocg_url_part(u, 5))',
  'ocg_url_pairs(u)': "string_split(ocg_url_part(u, 4), '&')",
  'ocg_url_parameter(u, n)': `list_extract(list_transform(
    list_filter(ocg_url_pairs(u), lambda p: split_part(p, '=', 1) = n), lambda p: CASE WHEN contains(p, '=')
      THEN url_decode(replace(substr(p, strpos(p, '=') + 1), '+', ' ')) ELSE '' END), 1)`,
  'ocg_url_encode(t)': "replace(replace(replace(url_encode(t), '%20', '+'), '~', '%7E'), '%2A', '*')",
}

const GROUPS: readonly Readonly<Record<string, string>>[] = [
  CASTS,
  NUMBERS,
  TEXTS,
  JSON_MACROS,
  JSONS,
  TIMES,
  LISTS,
  URLS,
]

/**
 * Statements that make the macros which translated SQL relies on, in no order that matters; run them once in each DuckDB
 * instance, before its settings are locked. Their names start with `ocg_`, and no statement can name them: only what
 * `translate` writes itself reaches DuckDB.
 */
export const MACROS: readonly string[] = GROUPS.flatMap((group) =>
  Object.entries(group).map(([head, body]) => `CREATE OR REPLACE MACRO ${head} AS (${body})`),
)
