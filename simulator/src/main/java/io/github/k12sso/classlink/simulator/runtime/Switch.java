package io.github.k12sso.classlink.simulator.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Something that can change while the simulator runs. A switch is declared here and nowhere else: settings, control API
 * and command line are made from this list.
 *
 * @param <T> its values
 */
public final class Switch<T> {
    private static final List<Switch<?>> ALL = new ArrayList<>();

    /** Which token response the simulator gives. */
    public static final Switch<TokenMode> TOKEN_MODE = choice("tokenMode", TokenMode.CLASSLINK)
            .option(
                    "--token-mode",
                    "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). GUIDE adds expires_in and refresh tokens.");

    /** Life of an access token in {@link TokenMode#GUIDE}, and its {@code expires_in}. Tokens that were issued before keep theirs. */
    public static final Switch<Duration> GUIDE_TOKEN_LIFETIME = lifetime("guideTokenLifetime", Duration.ofHours(1))
            .option("--expires-in", "Life of access tokens in guide mode, in seconds (${DEFAULT-VALUE}).");

    /** Life of an access token in {@link TokenMode#CLASSLINK}. Tokens that were issued before keep theirs. */
    public static final Switch<Duration> ACCESS_TOKEN_LIFETIME = lifetime("accessTokenLifetime", Duration.ofHours(24))
            .option("--token-lifetime", "Life of access tokens in ClassLink mode, in seconds (${DEFAULT-VALUE}).");

    public static final Switch<PkceMode> PKCE = choice("pkce", PkceMode.VERIFY)
            .option("--pkce", "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}): what happens to code challenges.");

    public static final Switch<Boolean> CONSENT =
            flag("consent", false).option("--consent", "Ask for consent at every authorization.");

    public static final Switch<Boolean> REVOCATION =
            flag("revocation", false).option("--revocation", "Offer /oauth2/v2/revoke.");

    /** Serves the integration guide's document, docs/internals/classlink-protocol.md#the-integration-guide. */
    public static final Switch<Boolean> GUIDE_PROFILE = flag("guideProfile", false)
            .option("--guide-profile", "Offer the guide's profile document at /v2/my/profile.");

    public static final Switch<Boolean> ROSTER_SCOPE_REQUIRED = flag("rosterScopeRequired", false)
            .option("--roster-scope-required", "Rosters by user token need the scope oneroster or full.");

    public static final Switch<RosterService> ROSTER_SERVICE = choice("rosterService", RosterService.HONEST)
            .option(
                    "--roster-service",
                    "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}): how the roster service differs from the specification.");

    /** Whether absent values are sent as empty strings, in rosters and in documents about the user. */
    public static final Switch<Boolean> EMPTY_STRINGS = flag("emptyStrings", true)
            .option(
                    "--no-empty-strings",
                    "Leave absent values out of rosters and profiles, not sent as empty strings.");

    /** Whether a token may be the whole value of an Authorization header. */
    public static final Switch<Boolean> BARE_TOKENS = flag("bareTokens", false)
            .option("--bare-tokens", "Accept an Authorization header that is a token alone, without Bearer.");

    /** Whether error redirects repeat the {@code state}; ClassLink's documentation shows none. */
    public static final Switch<Boolean> STATE_ON_ERRORS = flag("stateOnErrors", true)
            .option(
                    "--no-state-on-errors",
                    "Leave state out of error redirects, as ClassLink's documentation shows them.");

    /** Whether an answer with a code has the request's state: off, every login looks like a tile. */
    public static final Switch<Boolean> STATE_ON_CODES = flag("stateOnCodes", true);

    /** Whether a refresh replaces the refresh token. */
    public static final Switch<Boolean> REFRESH_ROTATION = flag("refreshRotation", true);

    /** Whether {@link TokenMode#GUIDE} issues refresh tokens with new grants. */
    public static final Switch<Boolean> REFRESH_TOKENS = flag("refreshTokens", true);

    /** Whether an answer to a refresh has an id_token, too, where the grant has the scope {@code openid}. */
    public static final Switch<Boolean> REFRESH_ID_TOKENS = flag("refreshIdTokens", false);

    /** Sends rosters that want to harm their reader. */
    public static final Switch<HostileRoster> HOSTILE_ROSTER = choice("hostileRoster", HostileRoster.NONE);

    /** A command line option; that of a flag turns the flag to the other value than its default. */
    public record Option(String name, String description) {}

    private final String name;
    private final T byDefault;
    private final Function<String, T> parser;
    private Option option;

    private Switch(String name, T byDefault, Function<String, T> parser) {
        this.name = name;
        this.byDefault = byDefault;
        this.parser = parser;
        ALL.add(this);
    }

    public static List<Switch<?>> all() {
        return List.copyOf(ALL);
    }

    /** As the control API has it. */
    public String name() {
        return name;
    }

    public T byDefault() {
        return byDefault;
    }

    public Optional<Option> option() {
        return Optional.ofNullable(option);
    }

    /**
     * Parses a value. Choices are not case-sensitive. A lifetime is a number of seconds or an ISO 8601 duration.
     *
     * @throws IllegalArgumentException if the text is not one of the values
     */
    public T parse(String text) {
        return parser.apply(text);
    }

    private Switch<T> option(String optionName, String description) {
        option = new Option(optionName, description);
        return this;
    }

    private static <E extends Enum<E>> Switch<E> choice(String name, E byDefault) {
        return new Switch<>(
                name, byDefault, text -> Enum.valueOf(byDefault.getDeclaringClass(), text.toUpperCase(Locale.ROOT)));
    }

    private static Switch<Boolean> flag(String name, boolean byDefault) {
        return new Switch<>(name, byDefault, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        });
    }

    private static Switch<Duration> lifetime(String name, Duration byDefault) {
        return new Switch<>(name, byDefault, TokenLifetime::parse);
    }
}
