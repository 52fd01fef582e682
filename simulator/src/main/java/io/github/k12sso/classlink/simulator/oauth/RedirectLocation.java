package io.github.k12sso.classlink.simulator.oauth;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Builds a URL with query parameters. */
final class RedirectLocation {
    private final StringBuilder address;
    private char separator;

    RedirectLocation(String address) {
        this.address = new StringBuilder(address);
        this.separator = address.indexOf('?') < 0 ? '?' : '&';
    }

    RedirectLocation with(String name, String value) {
        address.append(separator)
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
        separator = '&';
        return this;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
