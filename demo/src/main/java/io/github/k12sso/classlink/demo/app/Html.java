package io.github.k12sso.classlink.demo.app;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;

/** Markup that is safe to send: all values in a template are escaped unless they are {@code Html}. */
record Html(String markup) {

    static final Html NOTHING = new Html("");

    /**
     * Fills a template.
     *
     * @param template constant markup with one {@code %s} per value; attributes in double quotes
     * @param values escaped, except those that are {@code Html}
     */
    static Html of(String template, Object... values) {
        Object[] safe = Arrays.stream(values).map(Html::safe).toArray();
        return new Html(String.format(template, safe));
    }

    static Html join(Collection<Html> parts) {
        return new Html(parts.stream().map(Html::markup).collect(Collectors.joining("\n")));
    }

    private static String safe(Object value) {
        return value instanceof Html html ? html.markup() : escape(String.valueOf(value));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
