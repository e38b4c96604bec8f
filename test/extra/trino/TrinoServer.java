import io.trino.server.Server;
import java.io.IOException;

/**
 * Starts the server that is in trino-main, with the settings of the file that the property `config` names. It ends when
 * its standard input does: with the process that has started it, however that one ends.
 */
public class TrinoServer {
  public static void main(String[] args) {
    Thread watch = new Thread(TrinoServer::endWithParent);
    watch.setDaemon(true);
    watch.start();
    new Server().start(args[0]);
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException e) {
      // As good as its end.
    }
    Runtime.getRuntime().halt(0);
  }
}
