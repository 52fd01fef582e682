package io.github.k12sso.classlink.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The hosts that this server may call for a ClassLink provider. The server operator controls the list, not realm
 * administrators: a realm administrator must not be able to send the client secret to another host.
 *
 * <p>Hosts under {@link #BUILT_IN_DOMAINS} are allowed over https. The server option {@value #SERVER_OPTION} adds exact
 * hosts; they may also be called over http, for tests and the demo. Ports are not compared.
 */
public final class AllowedHosts {

    /** Domains whose hosts are always allowed: ClassLink's own domains. */
    public static final List<String> BUILT_IN_DOMAINS =
            List.of("classlink.com", "classlink.io", "oneroster.com", "rosterserver.com");

    /** The Keycloak server option that adds hosts. */
    public static final String SERVER_OPTION = "--spi-social--classlink--allowed-hosts";

    private final Set<String> added;

    private AllowedHosts(Set<String> added) {
        this.added = added;
    }

    /** Allows only the built-in domains. */
    public static AllowedHosts builtIn() {
        return new AllowedHosts(Set.of());
    }

    /**
     * Allows the built-in domains and the hosts of a comma-separated list.
     *
     * @param hosts host names without scheme or port, separated by commas; null and blank add nothing
     */
    public static AllowedHosts with(String hosts) {
        if (hosts == null || hosts.isBlank()) {
            return builtIn();
        }
        return new AllowedHosts(Arrays.stream(hosts.split(",", -1))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .map(AllowedHosts::canonical)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /**
     * Parses and checks a URL.
     *
     * @return the URL
     * @throws UpstreamFailure.HostNotAllowed with a message for the administrator: the error and the allowed input
     */
    public URI require(String url) throws UpstreamFailure.HostNotAllowed {
        URI address;
        try {
            address = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new UpstreamFailure.HostNotAllowed("is not a valid URL");
        }
        Optional<String> objection = violation(address);
        if (objection.isPresent()) {
            throw new UpstreamFailure.HostNotAllowed(objection.get());
        }
        return address;
    }

    private Optional<String> violation(URI address) {
        if (address.getHost() == null || address.getScheme() == null) {
            return Optional.of("must be a complete URL such as https://launchpad.classlink.com/…");
        }
        if (address.getRawUserInfo() != null || address.getRawFragment() != null) {
            return Optional.of("must not contain a username or a fragment");
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        String host = canonical(address.getHost());
        boolean named = added.contains(host);
        if (!named && !isBuiltIn(host)) {
            return Optional.of("names the host " + host + ", which is not allowed. Use a host under "
                    + String.join(", ", BUILT_IN_DOMAINS) + ", or ask the server operator to start Keycloak with "
                    + SERVER_OPTION + "=" + host);
        }
        if (scheme.equals("https") || (scheme.equals("http") && named)) {
            return Optional.empty();
        }
        return Optional.of("must start with https://");
    }

    private static boolean isBuiltIn(String host) {
        return BUILT_IN_DOMAINS.stream().anyMatch(domain -> host.endsWith("." + domain));
    }

    private static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
