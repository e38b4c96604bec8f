import io.trino.server.Server;

/** Starts the server that is in trino-main, with the settings of the file that the property `config` names. */
public class TrinoServer {
  public static void main(String[] args) {
    new Server().start(args[0]);
  }
}
