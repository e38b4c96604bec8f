/**
 * Trino's functions that statements may use: each gives the same answer embedded and on Athena (what differs is in
 * docs/sql-dialect.md). None of them reads a file, a setting, the environment or a table.
 *
 * Special forms count as functions where they are written like one (`coalesce`, `if`, `try`, `cast`), so that a
 * checker can look up whatever name stands before a parenthesis. Any other name is an error at compile time.
 */
const FUNCTIONS: Readonly<Record<string, string>> = {
  forms: 'cast try_cast coalesce nullif if try extract position row array grouping exists',
  aggregate: `
    any_value approx_distinct approx_percentile arbitrary array_agg avg bitwise_and_agg bitwise_or_agg
    bool_and bool_or corr count count_if covar_pop covar_samp every geometric_mean histogram kurtosis listagg map_agg max
    max_by min min_by multimap_agg regr_intercept regr_slope skewness stddev stddev_pop stddev_samp sum var_pop var_samp
    variance`,
  window: 'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number',
  conditional: 'greatest least',
  string: `
    chr codepoint concat concat_ws format hamming_distance length levenshtein_distance lower lpad ltrim normalize
    replace reverse rpad rtrim split split_part starts_with strpos substr substring translate trim upper`,
  regexp: 'regexp_count regexp_extract regexp_extract_all regexp_like regexp_replace regexp_split',
  math: `
    abs acos asin atan atan2 bit_count bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
    cbrt ceil ceiling cos cosh degrees e exp floor from_base infinity is_finite is_infinite is_nan ln log log10 log2 mod nan
    pi pow power radians rand random round sign sin sinh sqrt tan tanh to_base truncate width_bucket`,
  dateTime: `
    at_timezone current_date current_timestamp current_timezone date date_add date_diff date_format date_parse date_trunc
    day day_of_month day_of_week day_of_year dow doy format_datetime from_iso8601_date from_iso8601_timestamp from_unixtime
    hour last_day_of_month localtimestamp millisecond minute month now parse_datetime quarter second to_iso8601 to_unixtime
    week week_of_year with_timezone year year_of_week yow`,
  json: `
    is_json_scalar json_array_contains json_array_length json_extract json_extract_scalar json_format json_parse json_size`,
  array: `
    all_match any_match array_distinct array_except array_intersect array_join array_max array_min array_position
    array_remove array_sort array_union arrays_overlap cardinality contains element_at filter flatten none_match reduce
    repeat sequence slice transform trim_array zip zip_with`,
  map: 'map map_entries map_filter map_from_entries map_keys map_values transform_keys transform_values',
  binary: 'from_base64 from_hex from_utf8 md5 sha1 sha256 to_base64 to_hex to_utf8',
  url: `
    url_decode url_encode url_extract_fragment url_extract_host url_extract_parameter url_extract_path url_extract_port
    url_extract_protocol url_extract_query`,
  other: 'uuid',
}

const NAMES: ReadonlySet<string> = new Set(
  Object.values(FUNCTIONS).flatMap((names) => names.trim().split(/\s+/)),
)

/** Whether statements may use the function of this name, compared without regard to case. */
export function isSupportedFunction(name: string): boolean {
  return NAMES.has(name.toLowerCase())
}

/** Names of all functions that statements may use, in lower case. */
export function supportedFunctions(): readonly string[] {
  return [...NAMES]
}
