package io.github.k12sso.classlink.simulator.oneroster;

import io.github.k12sso.classlink.simulator.http.PercentEncoding;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A request with OAuth 1.0a: its parameters and its signature base string (RFC 5849 sections 3.4 and 3.5). */
final class SignedRequest {
    private static final String SCHEME = "OAuth ";
    private static final Pattern HEADER_PARAMETER =
            Pattern.compile("\\G(?:\\s*,)*\\s*([^\\s=\",]+)=\"((?:[^\"\\\\]|\\\\.)*)\"\\s*(?:,|$)");
    private static final Pattern END_OF_HEADER = Pattern.compile("[\\s,]*");

    private static final Pattern BASE = Pattern.compile("(\\w+)://([^/]*?)(:\\d+)?(/.*)?");

    private record Parameter(String name, String value) {}

    private final ServerRequest request;
    private final List<Parameter> parameters = new ArrayList<>();
    private boolean malformed;

    private SignedRequest(ServerRequest request) {
        this.request = request;
        request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .ifPresent(value -> readHeader(value.substring(SCHEME.length())));
        Stream.of(request.rawQuery().split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .forEach(this::readQuery);
    }

    /**
     * Parses the header of scheme {@code OAuth} and the query.
     *
     * @return empty if a parameter is malformed or an OAuth parameter is repeated
     */
    static Optional<SignedRequest> read(ServerRequest request) {
        SignedRequest signed = new SignedRequest(request);
        Set<String> names = new HashSet<>();
        boolean repeated = signed.parameters.stream()
                .map(Parameter::name)
                .anyMatch(name -> name.startsWith("oauth_") && !names.add(name));
        return Optional.of(signed).filter(whole -> !whole.malformed && !repeated);
    }

    /** An OAuth parameter, decoded. */
    Optional<String> parameter(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst();
    }

    /**
     * The valid signature base strings: for the server's public URL and, if different, for the {@code Host} of the request.
     */
    Set<String> baseStrings(String publishedUrl) {
        Stream<String> byHost = request.header("Host").map(host -> "http://" + host).stream();
        return Stream.concat(Stream.of(publishedUrl), byHost)
                .map(base -> request.method().toUpperCase(Locale.ROOT) + "&"
                        + PercentEncoding.encode(normalized(base) + request.rawPath()) + "&"
                        + PercentEncoding.encode(normalizedParameters()))
                .collect(Collectors.toSet());
    }

    /** Scheme and host in lower case, without the default port. */
    private static String normalized(String base) {
        Matcher parts = BASE.matcher(base);
        if (!parts.matches()) {
            return base;
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String defaultPort = scheme.equals("https") ? ":443" : ":80";
        String port = Optional.ofNullable(parts.group(3))
                .filter(given -> !given.equals(defaultPort))
                .orElse("");
        return scheme + "://" + parts.group(2).toLowerCase(Locale.ROOT) + port
                + Optional.ofNullable(parts.group(4)).orElse("");
    }

    private String normalizedParameters() {
        return parameters.stream()
                .filter(parameter -> !parameter.name().equals("oauth_signature"))
                .map(parameter -> new Parameter(
                        PercentEncoding.encode(parameter.name()), PercentEncoding.encode(parameter.value())))
                .sorted(Comparator.comparing(Parameter::name).thenComparing(Parameter::value))
                .map(parameter -> parameter.name() + "=" + parameter.value())
                .collect(Collectors.joining("&"));
    }

    private void readHeader(String header) {
        Matcher parameter = HEADER_PARAMETER.matcher(header);
        int end = 0;
        while (parameter.find()) {
            end = parameter.end();
            if (!parameter.group(1).equalsIgnoreCase("realm")) {
                add(parameter.group(1), parameter.group(2), UnaryOperator.identity());
            }
        }
        malformed |= !END_OF_HEADER.matcher(header.substring(end)).matches();
    }

    private void readQuery(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        add(name, equals < 0 ? "" : pair.substring(equals + 1), text -> text.replace('+', ' '));
    }

    private void add(String name, String value, UnaryOperator<String> before) {
        Optional<String> decodedName = PercentEncoding.decode(before.apply(name));
        Optional<String> decodedValue = PercentEncoding.decode(before.apply(value));
        if (decodedName.isPresent() && decodedValue.isPresent()) {
            parameters.add(new Parameter(decodedName.get(), decodedValue.get()));
        } else {
            malformed = true;
        }
    }
}
