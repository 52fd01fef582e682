package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.PropertyResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The provider's texts, as a running server sends them to the console and shows them on its pages. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesIT {

    private static final Pattern BUNDLE = Pattern.compile("theme-resources/messages/messages_(.+)\\.properties");

    private TestRealm realm;

    @BeforeAll
    void aRealmOfManyLanguages(TestEnvironment environment) throws IOException {
        realm = environment.newRealm();
        Set<String> languages = languageTags();
        realm.configureRealm(settings -> {
            settings.put("internationalizationEnabled", true).put("defaultLocale", "en");
            languages.forEach(settings.putArray("supportedLocales")::add);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("languageTags")
    void everyTextIsAvailableInConsoleAndLoginPage(String languageTag) throws IOException {
        Map<String, String> bundle = languages().get(languageTag);

        assertThat(bundle).isNotEmpty();
        assertThat(realm.state().texts("admin", languageTag)).containsAllEntriesOf(bundle);
        assertThat(realm.state().texts("login", languageTag)).containsAllEntriesOf(bundle);
    }

    @Test
    void anUnsupportedLanguageShowsEnglish() throws IOException {
        assertThat(realm.state().texts("admin", "fi"))
                .containsAllEntriesOf(languages().get("en"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | People from Maple Valley Schools can’t sign in here.",
                "es    | Las personas de Maple Valley Schools no pueden iniciar sesión aquí.",
                "fr    | Les personnes de Maple Valley Schools ne peuvent pas se connecter ici.",
                "de    | Personen aus Maple Valley Schools können sich hier nicht anmelden.",
                "pt-BR | Pessoas de Maple Valley Schools não podem entrar aqui."
            })
    void anErrorPageUsesTheLanguageRequestedByTheApp(String languageTag, String text) {
        realm.configure("allowedTenants", "1");

        WebPage page = realm.login(
                realm.newBrowser(),
                "teacher",
                realm.loginRequest(
                        TestRealm.APP, "openid", Map.of("kc_idp_hint", TestRealm.ALIAS, "ui_locales", languageTag)));

        assertThat(page.status()).isEqualTo(403);
        assertThat(page.document().selectFirst("html").attr("lang")).isEqualTo(languageTag);
        assertThat(page.error()).startsWith(text).contains(page.reference());
    }

    static Set<String> languageTags() throws IOException {
        return languages().keySet();
    }

    /** Language tags as in browsers and the console; file names have an underscore. */
    private static Map<String, Map<String, String>> languages() throws IOException {
        Map<String, Map<String, String>> languages = new TreeMap<>();
        try (JarFile jar = new JarFile(TestEnvironment.providerJar().toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                Matcher name = BUNDLE.matcher(entry.getName());
                if (name.matches()) {
                    languages.put(name.group(1).replace('_', '-'), texts(jar, entry));
                }
            }
        }
        return languages;
    }

    private static Map<String, String> texts(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream file = jar.getInputStream(entry)) {
            PropertyResourceBundle bundle = new PropertyResourceBundle(file);
            Map<String, String> texts = new TreeMap<>();
            bundle.keySet().forEach(key -> texts.put(key, bundle.getString(key)));
            return texts;
        }
    }
}
