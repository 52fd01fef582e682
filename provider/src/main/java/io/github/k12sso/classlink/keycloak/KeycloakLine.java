package io.github.k12sso.classlink.keycloak;

import java.lang.reflect.Field;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.broker.oidc.AbstractOAuth2IdentityProvider;
import org.keycloak.broker.oidc.OIDCIdentityProvider;
import org.keycloak.common.Version;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * A line of Keycloak: minor versions between which the API that this provider uses is the same. API that differs is
 * called through an interface with one implementation per line ({@code src/keycloak-26.6} and so on, compiled against
 * that line). The implementation is chosen once, by the server's version.
 */
public enum KeycloakLine {
    /** 26.6. */
    V26_6,
    /** 26.7 and 26.8 (docs/install/compatibility.md). */
    V26_7;

    /**
     * System property that overrides the minor version, for builds without a release version such as a nightly build
     * (999.0.0).
     */
    static final String ASSUMED = "keycloak-classlink.keycloak";

    private static final Logger LOG = Logger.getLogger(KeycloakLine.class);
    private static final Pattern MINOR_VERSION = Pattern.compile("(\\d+\\.\\d+)(?:[.-].*)?");

    /**
     * Returns the line of a version.
     *
     * @param version such as {@code 26.7.4} or {@code 26.6.4.redhat-00001}
     * @return empty if the version is not supported
     */
    static Optional<KeycloakLine> of(String version) {
        Matcher minor = MINOR_VERSION.matcher(version);
        return switch (minor.matches() ? minor.group(1) : "") {
            case "26.6" -> Optional.of(V26_6);
            case "26.7", "26.8" -> Optional.of(V26_7);
            default -> Optional.empty();
        };
    }

    /** Returns the calls of this server's line. */
    public static Calls calls() {
        return Chosen.CALLS;
    }

    /**
     * Returns this server's implementation of an interface: {@code v26_6.ThingFor26_6} for {@code Thing}, in a
     * subpackage of the interface's package.
     *
     * @throws IllegalStateException on an unsupported Keycloak, where no factory of this provider is registered
     */
    public static <T> T implementationOf(Class<T> type) {
        return Server.LINE
                .orElseThrow(() -> new IllegalStateException("Keycloak " + Server.VERSION + " is not supported"))
                .implementation(type);
    }

    private <T> T implementation(Class<T> type) {
        String line = name().toLowerCase(Locale.ROOT);
        String name = type.getPackageName() + "." + line + "." + type.getSimpleName() + "For" + line.substring(1);
        try {
            return type.cast(Class.forName(name, true, type.getClassLoader())
                    .getConstructor()
                    .newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The jar does not contain " + name, e);
        }
    }

    /** API that differs between lines, with the names and parameters of the newest line. */
    public interface Calls {

        /** {@code TokenManager.isValidScope}: whether a client may request these scopes. */
        boolean isValidScope(KeycloakSession session, String scopes, ClientModel client);

        /**
         * {@code TokenManager.verifyConsentStillAvailable}: whether a user's consent covers these scopes and the
         * default scopes.
         *
         * @param clientSession holds consent for a single login (since 26.7); may be {@code null}
         */
        boolean isConsentAvailable(
                KeycloakSession session,
                UserModel user,
                ClientModel client,
                AuthenticatedClientSessionModel clientSession,
                String scopes);

        /** {@code Urls.realmLoginRestartPage}: the first page of this login, without a logout. */
        URI loginRestartPage(KeycloakSession session, AuthenticationSessionModel login);
    }

    /** A factory that is registered only on supported Keycloak versions. On others, the reason is logged once. */
    public interface Dependent extends EnvironmentDependentProviderFactory {

        @Override
        default boolean isSupported(Config.Scope options) {
            return Server.LINE.isPresent();
        }
    }

    /** Reads the note names from this Keycloak, and logs missing ones at startup instead of at a login. */
    public static void readNotes() {
        Arrays.stream(Note.values()).filter(note -> !note.isFound).forEach(Note::warn);
    }

    /**
     * A login note whose name is a private constant in Keycloak. The name is read from the constant, so logins still
     * work if a version renames the note.
     */
    public enum Note {
        /** The nonce that the id_token must contain. */
        NONCE(OIDCIdentityProvider.class, "BROKER_NONCE_PARAM", "BROKER_NONCE"),
        /** The PKCE code verifier, despite the name in Keycloak. */
        PKCE_VERIFIER(AbstractOAuth2IdentityProvider.class, "BROKER_CODE_CHALLENGE_PARAM", "BROKER_CODE_CHALLENGE");

        private final String constant;
        private final String key;
        private final boolean isFound;

        Note(Class<?> owner, String constant, String keyInEveryKnownLine) {
            Optional<String> found = privateConstant(owner, constant);
            this.constant = owner.getSimpleName() + "." + constant;
            this.key = found.orElse(keyInEveryKnownLine);
            this.isFound = found.isPresent();
        }

        public String key() {
            return key;
        }

        private void warn() {
            LOG.warnf(
                    "Keycloak %s has no constant %s, so the note name %s of other versions is used. If every "
                            + "ClassLink login fails, keycloak-classlink does not support this Keycloak version.",
                    Server.VERSION, constant, key);
        }
    }

    /** Returns the value of a private string constant; empty if the class has no such constant. */
    static Optional<String> privateConstant(Class<?> owner, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return Optional.of((String) field.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** This server's version. A separate class, so that the enum can be initialized without Keycloak. */
    private static final class Server {

        private static final String VERSION = System.getProperty(ASSUMED, Version.VERSION);
        private static final Optional<KeycloakLine> LINE = line();

        private Server() {}

        private static Optional<KeycloakLine> line() {
            Optional<KeycloakLine> line = of(VERSION);
            if (line.isEmpty()) {
                LOG.errorf(
                        "keycloak-classlink does not support Keycloak %s and stays inactive. Supported "
                                + "versions: 26.6, 26.7 and 26.8.",
                        VERSION);
            }
            return line;
        }
    }

    /** Created on first use, so never on an unsupported server. */
    private static final class Chosen {

        private static final Calls CALLS = implementationOf(Calls.class);

        private Chosen() {}
    }
}
