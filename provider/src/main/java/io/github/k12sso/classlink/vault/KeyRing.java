package io.github.k12sso.classlink.vault;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Keys as an operator writes them: one in a line, an id and base64 of at least 32 random bytes, with blanks between. The
 * first one seals, all open. Blank lines and lines that begin with {@code #} say nothing.
 */
public final class KeyRing {

    private static final int MIN_SECRET_BYTES = 32;
    /** More is a mistake: a rotation needs two. */
    private static final int MAX_KEYS = 32;

    private static final String LINE =
            "Each line is a key id (letters, digits, '.', '_' and '-', 64 at most), a blank, and "
                    + "base64 of at least 32 random bytes, such as 'openssl rand -base64 32' makes";

    private final List<TokenKey> keys;

    private KeyRing(List<TokenKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * Reads a ring.
     *
     * @throws IllegalArgumentException naming the line and what belongs there, never what stands there
     */
    public static KeyRing parse(String text) {
        List<TokenKey> keys = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                TokenKey key = key(stripped, number);
                if (keys.stream().anyMatch(other -> other.id().equals(key.id()))) {
                    throw new IllegalArgumentException("line " + number + " repeats a key id");
                }
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("there is no key in it. " + LINE);
        }
        if (keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("there are more than " + MAX_KEYS + " keys in it");
        }
        return new KeyRing(keys);
    }

    private static TokenKey key(String line, int number) {
        String[] parts = line.split("\\s+", -1);
        if (parts.length != 2 || !parts[0].matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("line " + number + " is not a key. " + LINE);
        }
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(parts[1]);
        } catch (IllegalArgumentException e) {
            // Not as the cause: its message quotes the line.
            throw new IllegalArgumentException("line " + number + " is not base64. " + LINE);
        }
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException("line " + number + " has a key that is too short. " + LINE);
        }
        return TokenKey.of(parts[0], secret);
    }

    /** The key that seals. */
    TokenKey active() {
        return keys.get(0);
    }

    Optional<TokenKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "KeyRing" + keys;
    }
}
