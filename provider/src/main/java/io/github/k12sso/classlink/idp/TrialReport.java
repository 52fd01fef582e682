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
 * What a trial sign-in saw, step by step. Values that say something about the person are masked, but for the ids that mappers
 * need, if the person agreed to show those.
 */
final class TrialReport {

    static final String OK = "ok";
    static final String WARNING = "warning";
    static final String FAILED = "failed";

    /** Stands for a value that is not shown. */
    static final String MASKED = "***";

    private static final int MAX_VALUES = 60;
    private static final int MAX_TEXT = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of the id_token: about the token, not about the person. */
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

    /** In the order in which {@link IdTokenVerifier} checks. */
    private static final Map<String, List<Reason>> CHECKS = checks();

    private final boolean consent;
    private final List<Step> steps = new ArrayList<>();
    private final Set<String> shown = new HashSet<>();

    /** @param consent whether the person agreed to show their ids */
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

    /** A text about the person. */
    String personal(String text) {
        return text == null || text.isEmpty() || consent ? String.valueOf(text) : MASKED;
    }

    /** A value of an attribute: shown if it is one of the ids that are shown in the profile. */
    String id(String value) {
        return shown.contains(value) ? value : MASKED;
    }

    /** The members of the token answer: names, and never a value. */
    void tokens(TokenResponse tokens) {
        add("token-answer", OK, Map.of("members", String.join(", ", tokens.members())));
    }

    /** The id_token's header and claims, which are not verified here. */
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
     * Each check of the id_token.
     *
     * @param refused why the login ended among them; null if all passed
     */
    void checks(Reason refused) {
        Map<String, String> results = new LinkedHashMap<>();
        boolean reached = true;
        boolean listed = refused != null && CHECKS.values().stream().anyMatch(reasons -> reasons.contains(refused));
        for (Map.Entry<String, List<Reason>> check : CHECKS.entrySet()) {
            // ClassLink's keys could not be read: a reason of another kind
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

    /** The fields of the profile document. */
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
