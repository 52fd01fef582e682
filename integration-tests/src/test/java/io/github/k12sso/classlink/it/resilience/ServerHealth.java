package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.it.support.Database;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resource usage of a server at one moment.
 *
 * @param threads of the JVM
 * @param files open files and sockets of the process
 * @param heap megabytes in use, including garbage
 * @param databaseConnections in use by a request
 */
record ServerHealth(double threads, double files, double heap, double databaseConnections) {

    private static final Pattern METRIC = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? ([0-9.E+-]+)$");

    private static final String OF_PEOPLE = "where realm_id <> (select id from realm where name = 'master')";
    private static final Map<String, String> PEOPLE = Map.of(
            "offline_user_session",
            OF_PEOPLE,
            "offline_client_session",
            "where user_session_id in (select user_session_id from offline_user_session " + OF_PEOPLE + ")");

    static ServerHealth of(TestEnvironment environment) {
        Map<String, Double> sums = new TreeMap<>();
        Matcher metric = METRIC.matcher(environment.metrics());
        while (metric.find()) {
            boolean offHeap = metric.group(2) != null && metric.group(2).contains("area=\"nonheap\"");
            if (!offHeap) {
                sums.merge(metric.group(1), Double.valueOf(metric.group(3)), Double::sum);
            }
        }
        return new ServerHealth(
                sums.get("jvm_threads_live_threads"),
                sums.get("process_files_open_files"),
                sums.get("jvm_memory_used_bytes") / 1e6,
                sums.get("agroal_active_count"));
    }

    /** The minimum of each value. */
    static ServerHealth least(List<ServerHealth> samples) {
        return samples.stream()
                .reduce((one, other) -> new ServerHealth(
                        Math.min(one.threads, other.threads),
                        Math.min(one.files, other.files),
                        Math.min(one.heap, other.heap),
                        Math.min(one.databaseConnections, other.databaseConnections)))
                .orElseThrow();
    }

    /** The number of rows in each table, without the sessions of the test's administrator. */
    static Map<String, Long> rows(Database database) {
        Map<String, Long> rows = new TreeMap<>();
        for (String table : database.rows("select table_name from information_schema.tables"
                + " where table_schema = 'public' and table_type = 'BASE TABLE'")) {
            rows.put(
                    table,
                    Long.valueOf(
                            database.rows("select count(*) from \"" + table + "\" " + PEOPLE.getOrDefault(table, ""))
                                    .get(0)));
        }
        return rows;
    }
}
