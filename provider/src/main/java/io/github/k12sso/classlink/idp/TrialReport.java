package io.github.k12sso.classlink.idp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.diagnostics.Trials.Step;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.idp.LoginRefused.Reason;
import io.github.k12sso.classlink.mapper.AcceptedValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The report of a trial sign-in, step by step. Personal data is masked, except for the IDs that mappers need if the
 * user agreed to show them.
 */
final class TrialReport {

    static final String OK = "ok";
    static final String WARNING = "warning";
    static final String FAILED = "failed";

    /** Replaces a masked value. */
    static final String MASKED = "***";

    private static final int MAX_VALUES = 60;
    private static final int MAX_TEXT = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Claims of the id_token that are not personal data. */
    private static final Set<String> OPEN_CLAIMS = Set.of("iss", "aud", "azp", "exp", "iat", "nbf", "auth_time");

    private static final Set<String> IDS = Set.of(
            "UserId",
            "TenantId",
            "Tenant",
            "SourcedId",
            "Role",
            "Role_Level",
            "OrgId",
            "BuildingId",
            "Building",
            "StateId",
            "StateName",
            "sub",
            "classLink_tenant_id",
            "classLink_tenant_id_string",
            "classLink_role",
            "classLink_role_level",
            "classLink_sourcedId",
            "classLink_org_sourcedids",
            "id",
            "roles");

    /** In the order of the checks in {@link IdTokenVerifier}. */
    private static final Map<String, List<Reason>> CHECKS = checks();

    private final boolean consent;
    private final List<Step> steps = new ArrayList<>();
    private final Set<String> shown = new HashSet<>();

    /** @param consent whether the user agreed to show IDs */
    TrialReport(boolean consent) {
        this.consent = consent;
    }

    private static Map<String, List<Reason>> checks() {
        Map<String, List<Reason>> checks = new LinkedHashMap<>();
        checks.put("present", List.of(Reason.ID_TOKEN_MISSING));
        checks.put("format", List.of(Reason.ID_TOKEN_MALFORMED));
        checks.put("algorithm", List.of(Reason.ID_TOKEN_ALGORITHM));
        checks.put("key", List.of(Reason.ID_TOKEN_KEY_UNKNOWN));
        checks.put("signature", List.of(Reason.ID_TOKEN_SIGNATURE));
        checks.put("issuer", List.of(Reason.ID_TOKEN_ISSUER));
        checks.put("audience", List.of(Reason.ID_TOKEN_AUDIENCE));
        checks.put("times", List.of(Reason.ID_TOKEN_EXPIRED, Reason.ID_TOKEN_TIMES));
        checks.put("nonce", List.of(Reason.ID_TOKEN_NONCE));
        checks.put("subject", List.of(Reason.ID_TOKEN_SUBJECT));
        return checks;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    void add(String name, String status, Map<String, String> values) {
        Map<String, String> bounded = new LinkedHashMap<>();
        values.entrySet().stream()
                .limit(MAX_VALUES)
                .forEach(value -> bounded.put(cut(value.getKey()), cut(value.getValue())));
        steps.add(new Step(name, status, bounded));
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : AcceptedValues.cut(text, MAX_TEXT) + "…";
    }

    /** Masks personal data. */
    String personal(String text) {
        return text == null || text.isEmpty() || consent ? String.valueOf(text) : MASKED;
    }

    /** Returns an attribute value, masked unless it is an ID that the profile step shows. */
    String id(String value) {
        return shown.contains(value) ? value : MASKED;
    }

    /** Adds the member names of the token response, without values. */
    void tokens(TokenResponse tokens) {
        add("token-answer", OK, Map.of("members", String.join(", ", tokens.members())));
    }

    /** Adds the id_token's header and claims, without verification. */
    void idToken(String encoded) {
        Map<String, String> shown = new LinkedHashMap<>();
        String[] parts = encoded.split("\\.", 3);
        decoded(parts[0]).ifPresent(header -> shown.putAll(values(header, "header.", name -> true)));
        if (parts.length > 1) {
            decoded(parts[1])
                    .ifPresent(claims -> shown.putAll(
                            values(claims, "", name -> OPEN_CLAIMS.contains(name) || (consent && IDS.contains(name)))));
        }
        add("id-token", shown.isEmpty() ? FAILED : OK, shown);
    }

    private static Optional<ObjectNode> decoded(String part) {
        try {
            JsonNode json = JSON.readTree(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
            return json instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Adds the checks of the id_token.
     *
     * @param refused the failed check; null if all passed
     */
    void checks(Reason refused) {
        Map<String, String> results = new LinkedHashMap<>();
        boolean reached = true;
        boolean listed = refused != null && CHECKS.values().stream().anyMatch(reasons -> reasons.contains(refused));
        for (Map.Entry<String, List<Reason>> check : CHECKS.entrySet()) {
            // the keys could not be read, which is not one of the reasons above
            boolean failed = refused != null
                    && reached
                    && (listed
                            ? check.getValue().contains(refused)
                            : check.getKey().equals("key"));
            results.put(check.getKey(), failed ? FAILED : reached ? OK : "not checked");
            reached &= !failed;
        }
        add("id-token-checks", refused == null ? OK : FAILED, results);
    }

    /** Adds the fields of the profile document. */
    void profile(ObjectNode document) {
        add("profile", OK, values(document, "", name -> consent && IDS.contains(name)));
    }

    private Map<String, String> values(ObjectNode document, String prefix, Predicate<String> shown) {
        Map<String, String> values = new LinkedHashMap<>();
        document.properties().forEach(field -> {
            JsonNode value = field.getValue();
            String text = value.isValueNode() ? value.asText() : value.toString();
            if (shown.test(field.getKey())) {
                (value.isContainerNode() ? value : List.of(value)).forEach(each -> this.shown.add(each.asText()));
            }
            boolean empty = value.isNull() || text.isBlank() || (value.isContainerNode() && value.isEmpty());
            values.put(prefix + field.getKey(), empty ? "" : shown.test(field.getKey()) ? text : MASKED);
        });
        return values;
    }
}
