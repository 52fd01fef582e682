package io.github.k12sso.classlink.mapper;

/**
 * Message keys of the mappers' pages; the texts are in {@code theme-resources/messages}. The console translates labels and
 * help texts of settings, but neither a mapper's name nor its own help text: those are in English.
 */
final class MapperTexts {

    private MapperTexts() {}

    static String label(String mapper, String setting) {
        return key(mapper, setting) + ".label";
    }

    static String help(String mapper, String setting) {
        return key(mapper, setting) + ".help";
    }

    private static String key(String mapper, String setting) {
        return "classlink.mapper." + mapper + "." + setting;
    }
}
