package io.github.k12sso.classlink.it.support;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A realm that Keycloak creates once and that is copied in the database for every test, which takes milliseconds instead of a
 * second. The code does not depend on Keycloak's tables: a row belongs to the realm if it references the realm or another row
 * of it. A copy has its own ids and secret keys. Copies share the client in {@code master} with which the server's
 * administrator manages the template, so that the administrator's roles do not grow with every test.
 */
final class RealmTemplate {

    private static final String TABLES =
            "select tablename from pg_tables where schemaname = 'public' order by tablename";

    /** Tables of events and tables that do not belong to a realm. */
    private static final Set<String> NOT_COPIED =
            Set.of("event_entity", "admin_event_entity", "databasechangelog", "databasechangeloglock");

    private static final Set<String> ID_COLUMNS = Set.of("id", "internal_id");

    /** Names of generated keys. */
    private static final String KEY_ID = "kid";

    private static final String KEY_SECRET = "secret";

    private static final Pattern UUID_PATTERN =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private final Database database;
    private final String script;
    private final Set<String> ids;
    private final Set<String> keys;
    private final String realm;

    /** A row with its column values by name. */
    private record DatabaseRow(String table, Map<String, String> texts) {

        boolean names(Set<String> ids) {
            return texts.values().stream().anyMatch(ids::contains);
        }
    }

    private RealmTemplate(Database database, String realm, String script, Set<String> ids, Set<String> keys) {
        this.database = database;
        this.script = script;
        this.ids = ids;
        this.keys = keys;
        this.realm = realm;
    }

    /** Reads the realm; later changes are not copied. */
    static RealmTemplate of(Database database, String realm) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            List<DatabaseRow> rest = everyRow(statement);
            Set<String> ids = new HashSet<>();
            rest.stream()
                    .filter(row -> row.table().equals("realm")
                            && realm.equals(row.texts().get("name")))
                    .forEach(row -> ids.add(row.texts().get("id")));
            List<DatabaseRow> own = new ArrayList<>();
            while (moveOwn(rest, own, ids)) {
                // Repeats until no further row references these.
            }
            Set<String> keys = new HashSet<>();
            for (DatabaseRow row : own) {
                if (KEY_ID.equals(row.texts().get("name"))) {
                    ids.add(row.texts().get("value"));
                } else if (row.table().equals("component_config")
                        && KEY_SECRET.equals(row.texts().get("name"))) {
                    keys.add(row.texts().get("value"));
                }
            }
            return new RealmTemplate(database, realm, script(own), ids, keys);
        } catch (SQLException e) {
            throw new AssertionError("cannot read the realm " + realm, e);
        }
    }

    private static List<DatabaseRow> everyRow(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet names = statement.executeQuery(TABLES)) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        List<DatabaseRow> rows = new ArrayList<>();
        for (String table : tables) {
            if (!NOT_COPIED.contains(table)) {
                try (ResultSet result = statement.executeQuery("select * from \"" + table + "\"")) {
                    ResultSetMetaData columns = result.getMetaData();
                    while (result.next()) {
                        Map<String, String> texts = new LinkedHashMap<>();
                        for (int column = 1; column <= columns.getColumnCount(); column++) {
                            texts.put(columns.getColumnName(column), result.getString(column));
                        }
                        rows.add(new DatabaseRow(table, texts));
                    }
                }
            }
        }
        return rows;
    }

    private static boolean moveOwn(List<DatabaseRow> rest, List<DatabaseRow> own, Set<String> ids) {
        int before = own.size();
        rest.removeIf(row -> {
            if (!row.names(ids)) {
                return false;
            }
            own.add(row);
            ID_COLUMNS.stream()
                    .filter(column -> row.texts().get(column) != null)
                    .forEach(column -> ids.add(row.texts().get(column)));
            return true;
        });
        return own.size() > before;
    }

    private static String script(List<DatabaseRow> rows) {
        // Rows are not in the order that foreign keys require.
        StringBuilder script = new StringBuilder("set local session_replication_role = replica;\n");
        rows.stream()
                .collect(Collectors.groupingBy(DatabaseRow::table, LinkedHashMap::new, Collectors.toList()))
                .forEach((table, ofTable) -> {
                    Set<String> columns = ofTable.get(0).texts().keySet();
                    script.append(
                            "insert into \"%s\" (\"%s\") values\n".formatted(table, String.join("\", \"", columns)));
                    script.append(ofTable.stream()
                            .map(row -> row.texts().values().stream()
                                    .map(RealmTemplate::literal)
                                    .collect(Collectors.joining(", ", "(", ")")))
                            .collect(Collectors.joining(",\n", "", ";\n")));
                });
        return script.toString();
    }

    private static String literal(String text) {
        return text == null ? "null" : "'" + text.replace("'", "''") + "'";
    }

    /**
     * Creates a realm from the template.
     *
     * @param name replaces the template's name everywhere
     * @param replacements the replacements of other texts
     */
    void copy(String name, Map<String, String> replacements) {
        String copy = withOwnIds().replace(realm, name);
        for (Map.Entry<String, String> replacement : replacements.entrySet()) {
            copy = copy.replace(replacement.getKey(), replacement.getValue());
        }
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(copy);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new AssertionError("cannot copy the realm", e);
        }
    }

    private String withOwnIds() {
        Map<String, String> own = new HashMap<>();
        String copy = UUID_PATTERN
                .matcher(script)
                .replaceAll(id -> ids.contains(id.group())
                        ? own.computeIfAbsent(
                                id.group(), old -> UUID.randomUUID().toString())
                        : id.group());
        for (String key : keys) {
            copy = copy.replace(key, newKeyLike(key));
        }
        return copy;
    }

    private static String newKeyLike(String key) {
        byte[] secret = new byte[Base64.getUrlDecoder().decode(key).length];
        new SecureRandom().nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
