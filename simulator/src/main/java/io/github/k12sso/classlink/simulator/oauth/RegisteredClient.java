package io.github.k12sso.classlink.simulator.oauth;

import java.util.List;

/**
 * A connection in the Partner Portal.
 *
 * @param redirectUris compared exactly; a URI that ends in {@code *} matches every URI with this prefix
 * @param launchUrl URL that the LaunchPad tile opens
 */
public record RegisteredClient(String id, String secret, List<String> redirectUris, String launchUrl) {

    public RegisteredClient {
        redirectUris = List.copyOf(redirectUris);
    }

    /** A client whose tile opens its first redirect URI. */
    public static RegisteredClient of(String id, String secret, List<String> redirectUris) {
        if (redirectUris.isEmpty()) {
            throw new IllegalArgumentException("a client needs a redirect URI");
        }
        String launch = redirectUris.stream()
                .filter(uri -> !uri.endsWith("*"))
                .findFirst()
                .orElseGet(() -> redirectUris.get(0).replaceFirst("\\*$", ""));
        return new RegisteredClient(id, secret, redirectUris, launch);
    }

    boolean accepts(String redirectUri) {
        return redirectUris.stream()
                .anyMatch(registered -> registered.endsWith("*")
                        ? redirectUri.startsWith(registered.substring(0, registered.length() - 1))
                        : registered.equals(redirectUri));
    }
}
