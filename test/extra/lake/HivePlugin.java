import io.trino.plugin.hive.HiveConnectorFactory;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;
import java.util.List;

/** The Hive connector, whose classes come with those of Iceberg, without a plugin of their own. */
public class HivePlugin implements Plugin {
  @Override
  public Iterable<ConnectorFactory> getConnectorFactories() {
    return List.of(new HiveConnectorFactory("hive"));
  }
}
