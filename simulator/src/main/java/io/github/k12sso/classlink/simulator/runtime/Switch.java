package io.github.k12sso.classlink.simulator.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A setting that can change at runtime. Settings, control API and command line options are derived from this list.
 *
 * @param <T> type of the value
 */
public final class Switch<T> {
    private static final List<Switch<?>> ALL = new ArrayList<>();

    /** The format of token responses. */
    public static final Switch<TokenMode> TOKEN_MODE = choice("tokenMode", TokenMode.CLASSLINK)
            .option(
                    "--token-mode",
                    "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). GUIDE adds expires_in and refresh tokens.");

    /** Lifetime of access tokens in {@link TokenMode#GUIDE}, and {@code expires_in}. Existing tokens keep theirs. */
    public static final Switch<Duration> GUIDE_TOKEN_LIFETIME = lifetime("guideTokenLifetime", Duration.ofHours(1))
            .option("--expires-in", "Lifetime of access tokens in guide mode, in seconds (${DEFAULT-VALUE}).");

    /** Lifetime of access tokens in {@link TokenMode#CLASSLINK}. Existing tokens keep theirs. */
    public static final Switch<Duration> ACCESS_TOKEN_LIFETIME = lifetime("accessTokenLifetime", Duration.ofHours(24))
            .option("--token-lifetime", "Lifetime of access tokens in ClassLink mode, in seconds (${DEFAULT-VALUE}).");

    public static final Switch<PkceMode> PKCE = choice("pkce", PkceMode.VERIFY)
            .option("--pkce", "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}): handling of code challenges.");

    public static final Switch<Boolean> CONSENT =
            flag("consent", false).option("--consent", "Ask for consent at every authorization.");

    public static final Switch<Boolean> REVOCATION =
            flag("revocation", false).option("--revocation", "Offer /oauth2/v2/revoke.");

    /** Whether {@code /v2/my/profile} exists, see docs/internals/classlink-protocol.md#the-integration-guide. */
    public static final Switch<Boolean> GUIDE_PROFILE = flag("guideProfile", false)
            .option("--guide-profile", "Offer the guide's profile document at /v2/my/profile.");

    public static final Switch<Boolean> ROSTER_SCOPE_REQUIRED = flag("rosterScopeRequired", false)
            .option(
                    "--roster-scope-required",
                    "Require the scope oneroster or full for rosters read with a user token.");

    public static final Switch<RosterService> ROSTER_SERVICE = choice("rosterService", RosterService.HONEST)
            .option(
                    "--roster-service",
                    "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}): deviations of the roster service from the specification.");

    /** Whether absent values are sent as empty strings, in rosters and in documents about the user. */
    public static final Switch<Boolean> EMPTY_STRINGS = flag("emptyStrings", true)
            .option(
                    "--no-empty-strings",
                    "Omit absent values from rosters and profiles instead of sending empty strings.");

    /** Whether an Authorization header may be a token without a scheme. */
    public static final Switch<Boolean> BARE_TOKENS = flag("bareTokens", false)
            .option("--bare-tokens", "Accept an Authorization header with a token but without Bearer.");

    /** Whether error redirects include the {@code state}; ClassLink's documentation shows none. */
    public static final Switch<Boolean> STATE_ON_ERRORS = flag("stateOnErrors", true)
            .option("--no-state-on-errors", "Omit state from error redirects, as in ClassLink's documentation.");

    /** Whether a response with a code has the request's state. Without it, every login looks like a tile. */
    public static final Switch<Boolean> STATE_ON_CODES = flag("stateOnCodes", true);

    /** Whether a refresh replaces the refresh token. */
    public static final Switch<Boolean> REFRESH_ROTATION = flag("refreshRotation", true);

    /** Whether {@link TokenMode#GUIDE} issues refresh tokens with new grants. */
    public static final Switch<Boolean> REFRESH_TOKENS = flag("refreshTokens", true);

    /** Whether a refresh response includes an ID token if the grant has the scope {@code openid}. */
    public static final Switch<Boolean> REFRESH_ID_TOKENS = flag("refreshIdTokens", false);

    /** Sends malicious roster responses. */
    public static final Switch<HostileRoster> HOSTILE_ROSTER = choice("hostileRoster", HostileRoster.NONE);

    /** A command line option; the option of a boolean switch inverts its default. */
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

    /** The value in the control API. */
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
