package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer of the token endpoint, read leniently: ClassLink itself sends neither {@code expires_in} nor
 * {@code refresh_token} (docs/internals/classlink-protocol.md#token-response), the integration guide's server sends
 * both.
 *
 * @param accessToken never blank
 * @param refreshToken if one was issued
 * @param idToken the compact JWS, if one was issued
 * @param expiresIn life of the access token, if stated and positive
 */
public record TokenResponse(
        String accessToken, Optional<String> refreshToken, Optional<String> idToken, Optional<Duration> expiresIn) {

    /**
     * Reads an answer.
     *
     * @param operation what was asked for
     * @throws UpstreamFailure.Malformed if there is no access token in it
     */
    public static TokenResponse read(Operation operation, ObjectNode document) throws UpstreamFailure.Malformed {
        String accessToken = text(document, "access_token")
                .orElseThrow(() -> new UpstreamFailure.Malformed(operation, "answered without an access_token"));
        return new TokenResponse(
                accessToken,
                text(document, "refresh_token"),
                text(document, "id_token"),
                seconds(document.path("expires_in")));
    }

    private static Optional<String> text(ObjectNode document, String member) {
        return Optional.ofNullable(document.path(member).textValue()).filter(value -> !value.isBlank());
    }

    /** A number, or a number in quotes as some servers send it. Nonsense counts as not stated. */
    private static Optional<Duration> seconds(JsonNode node) {
        String digits = node.isIntegralNumber() || node.isTextual() ? node.asText() : "";
        return digits.matches("[1-9][0-9]{0,8}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(digits)))
                : Optional.empty();
    }

    /** Without the tokens. */
    @Override
    public String toString() {
        return "TokenResponse[…]";
    }
}
