import io.trino.Session;
import io.trino.spi.type.SqlDecimal;
import io.trino.spi.type.SqlTimestamp;
import io.trino.spi.type.SqlTimestampWithTimeZone;
import io.trino.spi.type.SqlVarbinary;
import io.trino.spi.type.TimeZoneKey;
import io.trino.testing.LocalQueryRunner;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.TestingSession;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Reads one question a line from a file, and writes Trino's rows, or null for a failure, one JSON text a line. */
public class Oracle {
  private static final DateTimeFormatter INSTANT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  public static void main(String[] args) throws Exception {
    Session session = TestingSession.testSessionBuilder().setTimeZoneKey(TimeZoneKey.UTC_KEY).build();
    LocalQueryRunner runner = LocalQueryRunner.create(session);
    try (PrintStream out = new PrintStream(args[1], StandardCharsets.UTF_8)) {
      for (String line : Files.readAllLines(Path.of(args[0]))) out.println(answer(runner, line));
    }
    System.exit(0);
  }

  private static String answer(LocalQueryRunner runner, String line) {
    try {
      MaterializedResult result = runner.execute(line.replace("\\n", "\n"));
      StringJoiner rows = new StringJoiner(",", "[", "]");
      for (MaterializedRow row : result.getMaterializedRows()) rows.add(json(row.getFields()));
      return rows.toString();
    } catch (RuntimeException failure) {
      return "null";
    }
  }

  private static String json(Object value) {
    if (value == null) return "null";
    if (value instanceof Boolean) return value.toString();
    if (value instanceof Double number && !Double.isFinite(number)) return text(number.toString());
    if (value instanceof Float number && !Float.isFinite(number)) return text(number.toString());
    if (value instanceof Long number && Math.abs((double) number) > 9007199254740991d) return text(number.toString());
    if (value instanceof BigDecimal number) return text(number.toPlainString());
    if (value instanceof Number) return value.toString();
    if (value instanceof LocalDateTime time) return text(time.format(INSTANT));
    if (value instanceof ZonedDateTime time) return text(time.withZoneSameInstant(ZoneOffset.UTC).format(INSTANT));
    if (value instanceof LocalTime time) return text(time.format(CLOCK));
    if (value instanceof SqlTimestampWithTimeZone time) return json(time.toZonedDateTime());
    if (value instanceof SqlTimestamp time) return json(time.toLocalDateTime());
    if (value instanceof SqlDecimal number) return json(number.toBigDecimal());
    if (value instanceof SqlVarbinary bytes) return json(bytes.getBytes());
    if (value instanceof byte[] bytes) return text(Base64.getEncoder().encodeToString(bytes));
    if (value instanceof MaterializedRow row) return json(row.getFields());
    if (value instanceof List<?> list) {
      StringJoiner items = new StringJoiner(",", "[", "]");
      for (Object item : list) items.add(json(item));
      return items.toString();
    }
    if (value instanceof Map<?, ?> map) {
      TreeMap<String, String> sorted = new TreeMap<>();
      map.forEach((key, item) -> sorted.put(key instanceof String ? json(key) : text(json(key)), json(item)));
      StringJoiner entries = new StringJoiner(",", "{", "}");
      sorted.forEach((key, item) -> entries.add(key + ":" + item));
      return entries.toString();
    }
    return text(value.toString());
  }

  private static String text(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char unit : value.toCharArray()) {
      if (unit == '"' || unit == '\\') quoted.append('\\').append(unit);
      else if (unit < 32 || unit > 126) quoted.append(String.format("\\u%04x", (int) unit));
      else quoted.append(unit);
    }
    return quoted.append('"').toString();
  }
}
