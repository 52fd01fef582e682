package io.github.k12sso.classlink.it.support;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import javax.sql.DataSource;

/** Direct access to Keycloak's database. */
public final class Database {

    private static final String TEXT_COLUMNS = """
            select table_name, column_name from information_schema.columns
            where table_schema = 'public' and data_type in ('text', 'character varying', 'bytea')
            order by table_name, column_name
            """;

    private final DataSource source;

    Database(DataSource source) {
        this.source = source;
    }

    Connection connect() throws SQLException {
        return source.getConnection();
    }

    /** The first column of every row. */
    public List<String> rows(String query) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getString(1));
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    /** Changes rows and returns their number. */
    public int update(String statement) {
        try (Connection connection = source.getConnection();
                Statement sql = connection.createStatement()) {
            return sql.executeUpdate(statement);
        } catch (SQLException e) {
            throw new AssertionError(statement, e);
        }
    }

    /** Locks the rows of a query until closed, like a slow transaction. */
    public AutoCloseable hold(String query) {
        try {
            Connection connection = source.getConnection();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(query + " for update");
            }
            return connection;
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    /**
     * Finds unencrypted texts: {@code table.column}, once per text and row. Reads every text and binary column.
     */
    public List<String> placesOf(Collection<String> texts) {
        List<String> places = new ArrayList<>();
        eachText((column, value) -> texts.stream().filter(value::contains).forEach(text -> places.add(column)));
        return places;
    }

    /** All values of text and binary columns, with {@code table.column} in lower case. */
    void eachText(BiConsumer<String, String> reader) {
        for (String column : textColumns()) {
            String[] name = column.split("\\.", -1);
            rows("select \"%s\"::text from \"%s\" where \"%1$s\" is not null".formatted(name[1], name[0]))
                    .forEach(value -> reader.accept(column.toLowerCase(Locale.ROOT), value));
        }
    }

    private List<String> textColumns() {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(TEXT_COLUMNS)) {
            List<String> columns = new ArrayList<>();
            while (result.next()) {
                columns.add(result.getString(1) + "." + result.getString(2));
            }
            return columns;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
