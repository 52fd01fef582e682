package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.secret.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * Finds any of many secrets in one pass over a text (Rabin-Karp): at every character, looks up the hash of the last
 * {@value #WINDOW} characters among the ends of the secrets and compares matches in full. Does not depend on word boundaries.
 */
final class SecretIndex {

    /** Shorter secrets are not searched, because they match ordinary words. */
    static final int WINDOW = 12;

    /** A run of the whole suite has about a twentieth of this number. */
    static final int MAX_SECRETS = 200_000;

    private static final long BASE = 1_000_003L;
    private static final long BASE_TO_THE_WINDOW = toTheWindow();
    private static final int FILTER_BITS = 1 << 22;

    /** A form in which a secret can appear in a text: plain or encoded. */
    private record Form(String text, Secret secret) {}

    private final Map<String, Secret> secrets = new ConcurrentHashMap<>();
    private final Map<Long, List<Form>> byEnd = new ConcurrentHashMap<>();
    /** One bit per hash, so that most characters need only one lookup. */
    private final AtomicLongArray filter = new AtomicLongArray(FILTER_BITS / Long.SIZE);

    /** The first report of a secret is kept, because it has the login. */
    void add(Secret secret) {
        if (secret.text().length() < WINDOW
                || secrets.size() >= MAX_SECRETS
                || secrets.putIfAbsent(secret.text(), secret) != null) {
            return;
        }
        addForm(secret.text(), secret);
        String encoded = URLEncoder.encode(secret.text(), StandardCharsets.UTF_8);
        if (!encoded.equals(secret.text())) {
            addForm(encoded, secret);
        }
    }

    private void addForm(String text, Secret secret) {
        long hash = 0;
        for (int i = text.length() - WINDOW; i < text.length(); i++) {
            hash = hash * BASE + text.charAt(i);
        }
        byEnd.computeIfAbsent(hash, none -> new CopyOnWriteArrayList<>()).add(new Form(text, secret));
        int bit = bit(hash);
        filter.accumulateAndGet(bit / Long.SIZE, 1L << bit, (old, added) -> old | added);
    }

    void find(String text, Consumer<Secret> found) {
        long hash = 0;
        for (int i = 0; i < text.length(); i++) {
            hash = hash * BASE + text.charAt(i);
            if (i >= WINDOW) {
                hash -= BASE_TO_THE_WINDOW * text.charAt(i - WINDOW);
            }
            int bit = bit(hash);
            if (i >= WINDOW - 1 && (filter.get(bit / Long.SIZE) & (1L << bit)) != 0) {
                compare(text, i + 1, byEnd.getOrDefault(hash, List.of()), found);
            }
        }
    }

    private static void compare(String text, int end, List<Form> forms, Consumer<Secret> found) {
        for (Form form : forms) {
            int begin = end - form.text().length();
            if (begin >= 0 && text.startsWith(form.text(), begin)) {
                found.accept(form.secret());
            }
        }
    }

    Collection<Secret> secrets() {
        return secrets.values();
    }

    private static int bit(long hash) {
        return (int) ((hash ^ (hash >>> 29)) & (FILTER_BITS - 1));
    }

    private static long toTheWindow() {
        long power = 1;
        for (int i = 0; i < WINDOW; i++) {
            power *= BASE;
        }
        return power;
    }
}
