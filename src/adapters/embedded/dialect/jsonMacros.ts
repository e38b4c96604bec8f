import { failure } from './typed.js'

const STRINGS = '"(?:[^"\\\\]|\\\\.)*"'

/** Numbers that Java shows otherwise than DuckDB: from ten millions up with a fraction, below a thousandth, with an exponent. */
const ODD = '[0-9]{8}[.]|[0-9][eE]|(?:^|[^0-9])0[.]000[0-9]*[1-9]'

/** Numbers that may have been written otherwise than DuckDB would write them. */
const WRITTEN = '[.][0-9]+0(?:[^0-9]|$)|[0-9][eE][+-]?[0-9]|[0-9.]{17}'

/**
 * JSON as Trino writes it: keys in order where a text was parsed, doubles as Java shows them, and characters beyond the
 * first plane as escapes.
 */
export const JSON_MACROS: Readonly<Record<string, string>> = {
  // DuckDB also takes a comma before an end, NaN and Infinity.
  'ocg_json_is_valid(t)': `json_valid(t) AND (NOT regexp_matches(t, '(?i),\\s*[\\]}]|nan|inf')
    OR NOT regexp_matches(regexp_replace(t, '${STRINGS}', '""', 'g'), '(?i),\\s*[\\]}]|nan|inf'))`,
  'ocg_json_number(x)': `CASE WHEN isfinite(x) THEN ocg_java_floating(x)
    ELSE '"' || ocg_floating_text(CAST(x AS VARCHAR)) || '"' END`,
  'ocg_surrogates(c)': `'\\u' || upper(to_base(55296 + ((c - 65536) >> 10), 16)) || '\\u' || upper(to_base(56320 + ((c - 65536) & 1023), 16))`,
  'ocg_json_string(t)': `CASE WHEN NOT regexp_matches(t, '[\\x{10000}-\\x{10FFFF}]') THEN t ELSE array_to_string(
    list_transform(ocg_chars(t), lambda c: CASE WHEN unicode(c) < 65536 THEN c ELSE ocg_surrogates(unicode(c)) END), '') END`,
  'ocg_json_odd(t)': `regexp_matches(t, '${ODD}') AND regexp_matches(regexp_replace(t, '${STRINGS}', '""', 'g'), '${ODD}')`,
  // What DuckDB writes, where Trino writes the same.
  'ocg_json_written(j)': `CASE WHEN NOT ocg_json_odd(CAST(j AS VARCHAR)) THEN j
    WHEN json_type(j) = 'DOUBLE' THEN CAST(ocg_json_number(CAST(j ->> '$' AS DOUBLE)) AS JSON)
    ${failure('j IS NOT NULL', 'JSON holds a number below 0.001 or above 10000000, which the engines write in different ways: extract what is needed of it.')} END`,
  'ocg_json_member(k, v)': `CAST(to_json(k) AS VARCHAR) || ':' || coalesce(CAST(v AS VARCHAR), 'null')`,
  'ocg_json_sorted_object(t)': `'{' || array_to_string(list_transform(
    list_sort(map_entries(CAST(CAST(t AS JSON) AS MAP(VARCHAR, JSON)))), lambda e: ocg_json_member(e.key, e.value)), ',') || '}'`,
  // Texts of the objects whose keys have no order, each before those within it.
  'ocg_json_unsorted(j)': `list_filter(list_prepend(CAST(j AS VARCHAR), list_transform(json_extract(j, '$.**'), lambda v: CAST(v AS VARCHAR))),
    lambda t: t LIKE '{%' AND json_keys(t) <> list_sort(json_keys(t)))`,
  'ocg_json_repeats(j)': `len(list_filter(list_prepend(json_keys(j), json_keys(j, '$.**')), lambda k: len(k) <> len(list_distinct(k)))) > 0`,
  'ocg_json_names(j)': "array_to_string(flatten(list_prepend(json_keys(j), json_keys(j, '$.**'))), '')",
  'ocg_json_sorted(j)': `CASE WHEN NOT contains(CAST(j AS VARCHAR), '{') THEN j
    ${failure('ocg_json_repeats(j)', 'A JSON object has a name twice.')}
    ${failure("regexp_matches(ocg_json_names(j), '[\\x{10000}-\\x{10FFFF}]') AND regexp_matches(ocg_json_names(j), '[\\x{E000}-\\x{FFFF}]')", 'JSON has names that the engines sort in different ways.')}
    ELSE CAST(list_reduce(list_prepend(CAST(j AS VARCHAR), ocg_json_unsorted(j)), lambda s, t: replace(s, t, ocg_json_sorted_object(t))) AS JSON) END`,
  // Each value under a name: as an argument of a macro its text would stand in it over and over.
  'ocg_json_parse(t)': `list_transform([t], lambda x: CASE ${failure('NOT ocg_json_is_valid(x)', 'A text is not JSON.')}
    ELSE list_transform(list_transform([json(x)], lambda y: ocg_json_written(y)), lambda z: ocg_json_sorted(z))[1] END)[1]`,
  'ocg_json_checked(t)': `CASE ${failure('NOT ocg_json_is_valid(t)', 'A text is not JSON.')} ELSE CAST(t AS JSON) END`,
  // Trino reads a text up to where it breaks.
  'ocg_json_or_null(t)': `CASE WHEN ocg_json_is_valid(t) THEN CAST(t AS JSON)
    ${failure(`regexp_matches(t, '^\\s*[\\[{"0-9-]')`, 'A text that JSON is looked for in is broken JSON.')} END`,
  'ocg_json_scalar(j)': `CASE json_type(j) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL
    WHEN 'DOUBLE' THEN ocg_java_floating(CAST(j ->> '$' AS DOUBLE)) ELSE j ->> '$' END`,
  // Of a text Trino gives the very digits, which DuckDB has not kept: where they may be others than the shortest, it fails.
  'ocg_json_scalar_of_text(j, t)': `CASE json_type(j) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL
    WHEN 'DOUBLE' THEN CASE ${failure(
      `regexp_matches(t, '${WRITTEN}') AND regexp_matches(regexp_replace(t, '${STRINGS}', '""', 'g'), '${WRITTEN}')`,
      'json_extract_scalar gives a number as it is written, such as 1.50 or 1e2, which is not known here: CAST the result of json_extract to double.',
    )} ELSE ocg_plain_digits(j ->> '$') END ELSE j ->> '$' END`,
}
