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
 * A line of Keycloak: minor versions between which nothing moved that this provider calls. What did move is reached through an
 * interface with one implementation for each line ({@code src/keycloak-26.6} and so on, compiled against that line); this
 * server's is chosen once, by its version.
 */
public enum KeycloakLine {
    /** 26.6. */
    V26_6,
    /** 26.7, and 26.8, whose release notes name no change to what is called here (docs/install/compatibility.md). */
    V26_7;

    /**
     * System property with the minor version that a Keycloak is to be taken for: for builds whose version says nothing, such
     * as a nightly one (999.0.0).
     */
    static final String ASSUMED = "keycloak-classlink.keycloak";

    private static final Logger LOG = Logger.getLogger(KeycloakLine.class);
    private static final Pattern MINOR_VERSION = Pattern.compile("(\\d+\\.\\d+)(?:[.-].*)?");

    /**
     * The line of a version.
     *
     * @param version such as {@code 26.7.4} or {@code 26.6.4.redhat-00001}
     * @return empty for a Keycloak that is too old, too new or unknown
     */
    static Optional<KeycloakLine> of(String version) {
        Matcher minor = MINOR_VERSION.matcher(version);
        return switch (minor.matches() ? minor.group(1) : "") {
            case "26.6" -> Optional.of(V26_6);
            case "26.7", "26.8" -> Optional.of(V26_7);
            default -> Optional.empty();
        };
    }

    /** The calls of this server's line. */
    public static Calls calls() {
        return Chosen.CALLS;
    }

    /**
     * This server's implementation of an interface that has one for each line: {@code v26_6.ThingFor26_6} for {@code Thing},
     * in a package below its own.
     *
     * @throws IllegalStateException on a Keycloak without a line: none of our factories is registered there
     */
    public static <T> T implementationOf(Class<T> type) {
        return Server.LINE
                .orElseThrow(() -> new IllegalStateException("Keycloak " + Server.VERSION + " has no line"))
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
            throw new IllegalStateException("The jar lacks " + name, e);
        }
    }

    /** What moved between the lines, each call under the name and with the arguments of the newest. */
    public interface Calls {

        /** {@code TokenManager.isValidScope}: whether a client may ask for these scopes. */
        boolean isValidScope(KeycloakSession session, String scopes, ClientModel client);

        /**
         * {@code TokenManager.verifyConsentStillAvailable}: whether a user's consent covers these scopes and the default ones.
         *
         * @param clientSession what the user consented to for one login only (from 26.7 on); {@code null} for nothing
         */
        boolean isConsentAvailable(
                KeycloakSession session,
                UserModel user,
                ClientModel client,
                AuthenticatedClientSessionModel clientSession,
                String scopes);

        /** {@code Urls.realmLoginRestartPage}: the first page of that very login, without a logout before it. */
        URI loginRestartPage(KeycloakSession session, AuthenticationSessionModel login);
    }

    /** A factory that Keycloak registers only if it is of a line. If not, one line of the log says why. */
    public interface Dependent extends EnvironmentDependentProviderFactory {

        @Override
        default boolean isSupported(Config.Scope options) {
            return Server.LINE.isPresent();
        }
    }

    /** Reads the names of the notes from this Keycloak, and says at start, not at a login, which are not where they were. */
    public static void readNotes() {
        Arrays.stream(Note.values()).filter(note -> !note.isFound).forEach(Note::warn);
    }

    /**
     * A note of a login, written by Keycloak under a name that is a private constant of its own. What the constant says counts,
     * so that a version that gives the note another name breaks no login.
     */
    public enum Note {
        /** What the id_token must repeat. */
        NONCE(OIDCIdentityProvider.class, "BROKER_NONCE_PARAM", "BROKER_NONCE"),
        /** What the code is redeemed with; Keycloak's name says otherwise. */
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
                    "Keycloak %s has no constant %s, so the note is taken to be called %s as in other versions. If every login "
                            + "with ClassLink fails, this Keycloak is too new for keycloak-classlink.",
                    Server.VERSION, constant, key);
        }
    }

    /** A text that a class keeps to itself; empty if it has none of that name. */
    static Optional<String> privateConstant(Class<?> owner, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return Optional.of((String) field.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** This server's; apart from the enum's own start, which needs no Keycloak. */
    private static final class Server {

        private static final String VERSION = System.getProperty(ASSUMED, Version.VERSION);
        private static final Optional<KeycloakLine> LINE = line();

        private Server() {}

        private static Optional<KeycloakLine> line() {
            Optional<KeycloakLine> line = of(VERSION);
            if (line.isEmpty()) {
                LOG.errorf(
                        "keycloak-classlink does not run on Keycloak %s and registers nothing there. It runs on Keycloak 26.6, "
                                + "26.7 and 26.8.",
                        VERSION);
            }
            return line;
        }
    }

    /** Made at its first use, which an unsupported server never comes to. */
    private static final class Chosen {

        private static final Calls CALLS = implementationOf(Calls.class);

        private Chosen() {}
    }
}
