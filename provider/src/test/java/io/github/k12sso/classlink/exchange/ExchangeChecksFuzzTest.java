package io.github.k12sso.classlink.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithSize;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * Sends arbitrary exchange forms with a token that the realm did not sign. Each is left to Keycloak or rejected with a constant
 * error of {@link ExchangeRefused.Reason}, and the response and the event repeat nothing from the form.
 */
class ExchangeChecksFuzzTest {

    /** Part of every value, so that a repeated value can be detected. */
    private static final String MARK = "zq7Xv9Kp";

    private static final List<String> ERRORS = Arrays.stream(ExchangeRefused.Reason.values())
            .map(ExchangeRefused.Reason::error)
            .toList();
    private static final List<String> DESCRIPTIONS = Arrays.stream(ExchangeRefused.Reason.values())
            .map(ExchangeRefused.Reason::description)
            .toList();

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "5s")
    void rejectsAnyFormWithAConstantError(
            @NotNull @WithSize(max = 4) List<@NotNull Field> fields,
            String token,
            @NotNull Header header,
            @NotNull String claims) {
        MultivaluedMap<String, String> form = Exchanges.form();
        form.add(
                "subject_token",
                token == null ? base64(header.json) + "." + base64(claims) + "." + MARK : MARK + token);
        fields.forEach(field -> field.in(form));
        Exchanges exchanges = new Exchanges();

        exchanges.exchange(form).ifPresent(ExchangeChecksFuzzTest::assertRefused);

        assertThat(exchanges.said())
                .allSatisfy(text -> assertThat(text).hasSizeLessThan(200).doesNotContain(MARK));
    }

    static Stream<Arguments> seeds() {
        String claims =
                "{\"iss\":\"https://sso.example/realms/school\",\"typ\":\"Bearer\",\"azp\":\"app\",\"exp\":4102444800}";
        return Stream.of(
                arguments(List.of(), null, Header.SIGNED, claims),
                arguments(List.of(), null, Header.UNSIGNED, claims),
                arguments(List.of(), null, Header.WITH_A_SECRET, claims),
                arguments(List.of(), null, Header.NULL, "{}"),
                arguments(List.of(), null, Header.LIST, "null"),
                arguments(List.of(), "..", Header.EMPTY, ""),
                with(claims, new Field(Name.SUBJECT_TOKEN, null)),
                with(claims, new Field(Name.SUBJECT_TOKEN_TYPE, null)),
                with(claims, new Field(Name.REQUESTED_ISSUER, null)),
                with(claims, new Field(Name.REQUESTED_ISSUER, "other")),
                with(claims, new Field(Name.REQUESTED_SUBJECT, "mira.fernwick")),
                with(claims, new Field(Name.ACTOR_TOKEN, "e30.e30.AAAA")),
                with(
                        claims,
                        new Field(Name.REQUESTED_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:id_token"),
                        new Field(Name.AUDIENCE, "app")));
    }

    private static Arguments with(String claims, Field... fields) {
        return arguments(List.of(fields), null, Header.SIGNED, claims);
    }

    private static void assertRefused(Response answer) {
        OAuth2ErrorRepresentation error = (OAuth2ErrorRepresentation) answer.getEntity();
        assertThat(answer.getStatus()).isEqualTo(400);
        assertThat(error.getError()).isIn(ERRORS);
        assertThat(error.getErrorDescription()).isIn(DESCRIPTIONS);
    }

    private static String base64(String part) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(part.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a form parameter.
     *
     * @param text the value, or null to remove the parameter
     */
    record Field(@NotNull Name name, String text) {

        void in(MultivaluedMap<String, String> form) {
            String key = name.name().toLowerCase(Locale.ROOT);
            if (text == null) {
                form.remove(key);
            } else {
                form.add(key, MARK + text);
            }
        }
    }

    enum Name {
        SUBJECT_TOKEN,
        SUBJECT_TOKEN_TYPE,
        REQUESTED_TOKEN_TYPE,
        REQUESTED_ISSUER,
        REQUESTED_SUBJECT,
        SUBJECT_ISSUER,
        AUDIENCE,
        RESOURCE,
        ACTOR_TOKEN,
        ACTOR_TOKEN_TYPE,
        SCOPE
    }

    enum Header {
        EMPTY("{}"),
        NULL("null"),
        LIST("[]"),
        UNSIGNED("{\"alg\":\"none\"}"),
        SIGNED("{\"alg\":\"RS256\",\"kid\":\"key-1\"}"),
        WITH_A_SECRET("{\"alg\":\"HS512\"}");

        private final String json;

        Header(String json) {
            this.json = json;
        }
    }
}
