package io.github.k12sso.classlink.simulator.http;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An incoming request, reduced to what the endpoints need. */
public final class ServerRequest {
    private static final Pattern ONE_WORD = Pattern.compile("[^\\s,\"]+");

    private final Context context;
    private final boolean bareTokens;

    /**
     * @param bareTokens whether an {@code Authorization} header may be a token without a scheme
     */
    public ServerRequest(Context context, boolean bareTokens) {
        this.context = context;
        this.bareTokens = bareTokens;
    }

    public String method() {
        return context.req().getMethod();
    }

    /**
     * The path exactly as sent, because application ids contain encoded slashes
     * (docs/internals/classlink-rosters.md#access).
     */
    public String rawPath() {
        return context.req().getRequestURI();
    }

    /** Raw path and query, as in {@code logincallback}. */
    public String rawPathAndQuery() {
        String query = context.req().getQueryString();
        return query == null ? rawPath() : rawPath() + "?" + query;
    }

    public String rawQuery() {
        return Optional.ofNullable(context.req().getQueryString()).orElse("");
    }

    public String pathParameter(String name) {
        return context.pathParam(name);
    }

    /** The form parameter or, if absent, the query parameter with this name. Blank counts as absent. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters().get(name)).filter(value -> !value.isBlank());
    }

    /** Query and form parameters. Form parameters take precedence, and the first of repeated ones. */
    public Map<String, String> parameters() {
        Map<String, String> all = new LinkedHashMap<>();
        addFirstValues(context.queryParamMap(), all);
        if (isForm()) {
            addFirstValues(context.formParamMap(), all);
        }
        return all;
    }

    /** The values of all query and form parameters whose names match. */
    public List<String> values(Predicate<String> name) {
        Stream<Map.Entry<String, List<String>>> query = context.queryParamMap().entrySet().stream();
        Stream<Map.Entry<String, List<String>>> form =
                isForm() ? context.formParamMap().entrySet().stream() : Stream.empty();
        return Stream.concat(query, form)
                .filter(parameter -> name.test(parameter.getKey()))
                .flatMap(parameter -> parameter.getValue().stream())
                .toList();
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(context.header(name));
    }

    public Map<String, String> headers() {
        return new LinkedHashMap<>(context.headerMap());
    }

    public Optional<String> cookie(String name) {
        return Optional.ofNullable(context.cookie(name));
    }

    public String body() {
        return context.body();
    }

    /** The bearer token; the scheme is not case-sensitive (docs/internals/classlink-protocol.md#profile). */
    public Optional<String> bearer() {
        Optional<String> header = header("Authorization").map(String::strip);
        Optional<String> withScheme = header.filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
        return withScheme.or(() ->
                header.filter(value -> bareTokens && ONE_WORD.matcher(value).matches()));
    }

    private boolean isForm() {
        return header("Content-Type")
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> type.startsWith("application/x-www-form-urlencoded"))
                .isPresent();
    }

    private static void addFirstValues(Map<String, List<String>> from, Map<String, String> to) {
        from.forEach((name, values) -> {
            if (!values.isEmpty()) {
                to.put(name, values.get(0));
            }
        });
    }
}
