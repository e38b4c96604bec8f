import { describe, expect, test } from 'vitest'
import { athenaFailure, isCancelledByAthena } from './athenaFailure.js'

const UNAVAILABLE = 'SQL is not available at the moment. Try again shortly.'
const SPLIT =
  'HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://ocg-shop-111122223333/tables/user/x.parquet (offset=0, length=18614)'
const ADVICE =
  '\nIf a data manifest file was generated at \'s3://ocg-shop-athena-results-111122223333/a-manifest.csv\', you may need to manually clean the data.\nThis query ran against the "shop_db" database, unless qualified by the query. Please post the error message on our forum or contact customer support with Query Id: 0f2a6c1e-1111-4222-8333-444455556666'

describe('a complaint of Athena', () => {
  test.each<[text: string, reason: string, message: string]>([
    ['DIVISION_BY_ZERO: Division by zero', 'failed', 'Division by zero.'],
    [
      'ICEBERG_VACUUM_MORE_RUNS_NEEDED: Removed 1000 files',
      'unfinished',
      'There is more to do: run it again.',
    ],
    // A statement has waited for too long: its number is nobody's business, and the same text would fail again.
    ['INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: 123456789', 'unavailable', UNAVAILABLE],
    [`DIVISION_BY_ZERO: / by zero${ADVICE}`, 'failed', 'Division by zero.'],
    [
      "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INT",
      'failed',
      'A text can not be cast to a whole number.',
    ],
    ["INVALID_CAST_ARGUMENT: Cannot cast '503' to BOOLEAN", 'failed', 'A text can not be cast to boolean.'],
    [
      "INVALID_CAST_ARGUMENT: Cannot cast 'NoSuchKey\nto DATE' to BIGINT",
      'failed',
      'A text can not be cast to a whole number.',
    ],
    [
      'INVALID_CAST_ARGUMENT: Value cannot be cast to date: 2024-13-01',
      'failed',
      'A text can not be cast to date: it has to be written as YYYY-MM-DD.',
    ],
    [
      `INVALID_FUNCTION_ARGUMENT: Radix must be between 2 and 36${ADVICE}`,
      'failed',
      'The statement failed: Radix must be between 2 and 36.',
    ],
    [
      'NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 9223372036854775807 + 1',
      'failed',
      'The statement failed: bigint addition overflow: 9223372036854775807 + 1.',
    ],
    [
      'SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows',
      'failed',
      'The statement failed: Scalar sub-query has returned multiple rows.',
    ],
    [
      "COLUMN_NOT_FOUND: line 1:8: Column 'nmae' cannot be resolved or requester is not authorized to access requested resources",
      'failed',
      'The statement does not fit the tables that it reads.',
    ],
    [
      "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop_db.usr' does not exist",
      'failed',
      'The statement does not fit the tables that it reads.',
    ],
    [
      "SYNTAX_ERROR: line 1:1: mismatched input 'FORM'",
      'failed',
      'The statement does not fit the tables that it reads.',
    ],
    [
      `${SPLIT}: The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; Request ID: X)`,
      'lakeChanged',
      'The data changed while the statement read it.',
    ],
    [
      'HIVE_CURSOR_ERROR: Failed to read Parquet file: s3://ocg-shop-111122223333/tables/user/x.parquet',
      'lakeChanged',
      'The data changed while the statement read it.',
    ],
    [
      'HIVE_BAD_DATA: Malformed Parquet file. Expected magic number: PAR1 got: 1f8b [s3://ocg-shop-111122223333/tables/user/x.parquet]',
      'lakeChanged',
      'The data changed while the statement read it.',
    ],
    [
      'HIVE_CURSOR_ERROR: At least one of the pre-conditions you specified did not hold (Service: Amazon S3; Status Code: 412; Error Code: PreconditionFailed)',
      'lakeChanged',
      'The data changed while the statement read it.',
    ],
    [
      `${SPLIT}: Slow Down (Service: Amazon S3; Status Code: 503; Error Code: 503 Slow Down;)`,
      'unavailable',
      UNAVAILABLE,
    ],
    [
      `${SPLIT}: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied;)`,
      'unavailable',
      UNAVAILABLE,
    ],
    [
      'Query exhausted resources at this scale factor',
      'outOfMemory',
      'The statement needs more memory than statements may use.',
    ],
    [
      'EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of 6.70GB [Allocated: 6.70GB, Delta: 2.03MB]',
      'outOfMemory',
      'The statement needs more memory than statements may use.',
    ],
    ['Query timeout', 'timeout', 'The statement took too long.'],
    [
      'Query cancelled! : Bytes scanned limit was exceeded',
      'failed',
      'The statement would read more data than one statement may.',
    ],
    ['GENERIC_INTERNAL_ERROR: java.lang.NullPointerException', 'unavailable', UNAVAILABLE],
    [
      'HIVE_METASTORE_ERROR: Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)',
      'unavailable',
      UNAVAILABLE,
    ],
    ['', 'unavailable', UNAVAILABLE],
  ])('%s', (text, reason, message) => {
    expect(athenaFailure({ text })).toEqual({ reason, message })
  })

  test('of an unknown kind is told by its category', () => {
    const text = 'HIVE_BAD_DATA: Field age has type DOUBLE in s3://ocg-shop-111122223333/x.parquet'
    expect(athenaFailure({ text, category: 2 })).toEqual({
      reason: 'failed',
      message: 'The statement failed on the data that it reads.',
    })
    expect(athenaFailure({ text, category: 1 })).toEqual({ reason: 'unavailable', message: UNAVAILABLE })
  })

  test('about a column of another type is none of a file that was replaced', () => {
    const text =
      "HIVE_BAD_DATA: Malformed Parquet file. Field 'age' has type DOUBLE, incompatible with type real [s3://b/x.parquet]"
    expect(athenaFailure({ text, category: 2 })).toMatchObject({ reason: 'failed' })
  })

  test('tells no bucket, account, id or address', () => {
    const text = `INVALID_FUNCTION_ARGUMENT: No s3://ocg-shop-111122223333/tables/x, arn:aws:s3:::ocg-shop-111122223333, account 111122223333, https://athena.aws/x or 0f2a6c1e-1111-4222-8333-444455556666 here`
    const { message } = athenaFailure({ text })
    expect(message).toBe(
      'The statement failed: No a file a resource account a number, an address or an id here.',
    )
  })

  test('is cut where it is long', () => {
    const { message } = athenaFailure({ text: `INVALID_FUNCTION_ARGUMENT: ${'x'.repeat(5000)}` })
    expect(message.length).toBeLessThan(400)
  })

  test('may be that of Athena having cancelled the execution itself', () => {
    expect(isCancelledByAthena('Query cancelled! : Bytes scanned limit was exceeded')).toBe(true)
    expect(isCancelledByAthena('Query cancelled by user')).toBe(false)
  })
})
