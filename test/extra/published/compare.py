"""Compares each value of a published lake with JSON lines: as pyarrow reads it, and as DuckDB does.

compare.py LAKE: LAKE/tables is the lake, LAKE/../rows/{table}.jsonl the rows, LAKE/../tables.json the tables' columns.
Prints one line a table and reader, and every difference; exits with 1 when there is one.
"""

import datetime
import json
import pathlib
import sys

import duckdb
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

MOST_SHOWN = 20
UTC = datetime.timezone.utc
PARTITIONS = pyarrow.dataset.partitioning(
    pyarrow.schema([("year", pyarrow.string()), ("month", pyarrow.string()), ("day", pyarrow.string())]),
    flavor="hive",
)


def arrow_type(column):
    """The Arrow type that a lake type must come out as."""
    kind = column["kind"]
    if kind == "array":
        return pyarrow.list_(arrow_type(column["item"]))
    if kind == "struct":
        return pyarrow.struct([(field["name"], arrow_type(field["type"])) for field in column["fields"]])
    return {
        "string": pyarrow.string(),
        "int": pyarrow.int32(),
        "bigint": pyarrow.int64(),
        "double": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "timestamp": pyarrow.timestamp("ms"),
        "date": pyarrow.date32(),
    }[kind]


def same_type(found, expected):
    """Names of list items differ between writers, and mean nothing."""
    if pyarrow.types.is_list(expected):
        return pyarrow.types.is_list(found) and same_type(found.value_type, expected.value_type)
    if pyarrow.types.is_struct(expected):
        return pyarrow.types.is_struct(found) and all(
            left.name == right.name and same_type(left.type, right.type) for left, right in zip(found, expected)
        )
    return found == expected


def expected_value(kind, value):
    """What a reader must give for a value of JSON."""
    if value is None:
        return None
    if kind["kind"] == "array":
        return [expected_value(kind["item"], item) for item in value]
    if kind["kind"] == "struct":
        return {field["name"]: expected_value(field["type"], value.get(field["name"])) for field in kind["fields"]}
    if kind["kind"] == "double":
        return float(value)
    if kind["kind"] == "timestamp":
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(UTC)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        return moment.replace(tzinfo=None)
    if kind["kind"] == "date":
        return datetime.date.fromisoformat(value[:10])
    return value


def by_pyarrow(folder, columns):
    dataset = pyarrow.dataset.dataset(folder, format="parquet", partitioning=PARTITIONS)
    for column in columns:
        found = dataset.schema.field(column["name"]).type
        if not same_type(found, arrow_type(column["type"])):
            yield f"{column['name']} is of type {found}"
    return dataset.to_table().to_pylist()


def by_duckdb(folder, columns):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    result = connection.execute(
        f"SELECT * FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
    )
    names = [name for name, *_ in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]
    yield


def file_problems(folder):
    """One file a day, at the day's place, in order, with statistics, whole."""
    for file in sorted(pathlib.Path(folder).rglob("*")):
        if file.is_dir():
            continue
        if file.name != "rows.parquet":
            yield f"{file} does not belong there"
            continue
        parquet = pyarrow.parquet.ParquetFile(file)
        meta = parquet.metadata
        if meta.metadata.get(b"oc-graphql.format") != b"1":
            yield f"{file} has no format"
        times = parquet.read(columns=["createdAt"]).column(0).to_pylist()
        if times != sorted(times):
            yield f"{file} is not in the order of time"
        place = "/".join(file.parts[-4:-1])
        days = {f"year={time:%Y}/month={time:%m}/day={time:%d}" for time in times}
        if days - {place}:
            yield f"{file} has rows of {sorted(days)}"
        for group in range(meta.num_row_groups):
            for index in range(meta.num_columns):
                column = meta.row_group(group).column(index)
                if column.compression != "SNAPPY" or column.statistics is None or not column.statistics.has_null_count:
                    yield f"{file}: {column.path_in_schema} has {column.compression}, {column.statistics}"


def run(generator):
    """What a generator yields, and what it returns."""
    problems = []
    while True:
        try:
            problems.append(next(generator))
        except StopIteration as end:
            return problems, end.value


def differences(table, rows, expected):
    key = table["idColumn"]
    found = {}
    for row in rows:
        if row[key] in found:
            yield f"{row[key]} is there twice"
        found[row[key]] = row
    for identity in expected.keys() - found.keys():
        yield f"{identity} is missing"
    for identity in found.keys() - expected.keys():
        yield f"{identity} should not be there"
    for identity in expected.keys() & found.keys():
        row, line = found[identity], expected[identity]
        for column in table["columns"]:
            name = column["name"]
            value = expected_value(column["type"], line.get(name))
            if row[name] != value or type(row[name]) is not type(value):
                yield f"{identity}: {name} is {row[name]!r}, expected {value!r}"
        created = row["createdAt"]
        parts = [f"{created:%Y}", f"{created:%m}", f"{created:%d}"]
        if [row["year"], row["month"], row["day"]] != parts:
            yield f"{identity}: lies under {row['year']}-{row['month']}-{row['day']}"
        if not isinstance(row["_rev"], int) or row["_rev"] < 1:
            yield f"{identity}: _rev is {row['_rev']!r}"


def main(lake):
    base = pathlib.Path(lake).parent
    tables = json.loads((base / "tables.json").read_text())
    differ = 0
    for table in tables:
        folder = f"{lake}/tables/{table['name']}"
        lines = (base / "rows" / f"{table['name']}.jsonl").read_text().splitlines()
        expected = {line[table["idColumn"]]: line for line in map(json.loads, lines)}
        problems = list(file_problems(folder))
        if not expected:
            print(f"{table['name']:16} no rows")
        for reader in (by_pyarrow, by_duckdb) if expected else ():
            own, rows = run(reader(folder, table["columns"]))
            found = own + list(differences(table, rows, expected))
            print(f"{table['name']:16} {reader.__name__:12} {len(rows):6} rows {len(found):4} differ")
            problems += found
        for problem in problems[:MOST_SHOWN]:
            print(f"  {problem}")
        differ += len(problems)
    print(f"pyarrow {pyarrow.__version__}, DuckDB {duckdb.__version__}: {differ} differ")
    return 1 if differ else 0


sys.exit(main(sys.argv[1]))
