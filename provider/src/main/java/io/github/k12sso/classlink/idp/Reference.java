package io.github.k12sso.classlink.idp;

import org.keycloak.common.util.SecretGenerator;

/**
 * Ties the page of a failed login to its event and its log line: eight characters such as {@code 7KQ2-M9XD}, which a person
 * can read out on the telephone. It says nothing about anybody, and opens nothing.
 */
record Reference(String text) {

    /** No two look alike on paper or screen, and without vowels no word comes out: 25 to the power of 8 references. */
    private static final char[] ALPHABET = "23456789CDFGHJKMNPQRTVWXY".toCharArray();

    private static final int HALF = 4;

    static Reference random() {
        return new Reference(half() + "-" + half());
    }

    private static String half() {
        return SecretGenerator.getInstance().randomString(HALF, ALPHABET);
    }

    @Override
    public String toString() {
        return text;
    }
}
