/** The Java that starts a Neo4j in its own process; here as text so that a bundle of these files still carries it. */
export const launcherJava: string = `import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.Result;
import org.neo4j.logging.log4j.Log4jLogProvider;

/** Arguments: home folder, settings file. Standard input closing, as it does when the parent dies, is the order to stop. */
public class Launcher {
    private static volatile DatabaseManagementService neo4j;

    public static void main(String[] arguments) throws Exception {
        Thread parentWatch = new Thread(Launcher::stopWithParent);
        parentWatch.setDaemon(true);
        parentWatch.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { if (neo4j != null) neo4j.shutdown(); }));
        try {
            neo4j = new DatabaseManagementServiceBuilder(Path.of(arguments[0]))
                .loadPropertiesFromFile(Path.of(arguments[1]))
                .setUserLogProvider(new Log4jLogProvider(System.out))
                .build();
            // The first query costs a second of class loading: paid here, not in a caller's measurement.
            ask("neo4j", "RETURN 1", Map.of());
            String password = System.getenv("NEURODEX_NEO4J_PASSWORD");
            if (password != null) ask("system",
                "CREATE OR REPLACE USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password));
        } catch (Exception failure) {
            failure.printStackTrace();
            StringJoiner causes = new StringJoiner("; because: ");
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) causes.add(cause.getMessage());
            System.out.println("FAILED " + causes.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
        System.out.println("READY");
        Thread.currentThread().join();
    }

    /** With its own time limit, since the one the server was given may be shorter than a cold start allows. */
    private static void ask(String database, String query, Map<String, Object> parameters) {
        neo4j.database(database).executeTransactionally(query, parameters, Result::resultAsString, Duration.ofMinutes(1));
    }

    private static void stopWithParent() {
        try {
            while (System.in.read() >= 0) { }
        } catch (IOException closed) {
            System.err.println("standard input: " + closed);
        }
        System.exit(0);
    }
}
`;
