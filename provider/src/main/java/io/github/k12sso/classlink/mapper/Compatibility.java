package io.github.k12sso.classlink.mapper;

/** For which identity providers the console offers our mappers. */
final class Compatibility {

    /** The provider's id, written out: nobody depends on the package {@code login}. */
    private static final String CLASSLINK = "classlink";

    private Compatibility() {}

    static String[] classLinkOnly() {
        return new String[] {CLASSLINK};
    }
}
