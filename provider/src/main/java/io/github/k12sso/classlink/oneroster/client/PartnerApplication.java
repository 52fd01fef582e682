package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A district that the partner may read, as {@code /applications} lists it (classlink-facts 7.1).
 *
 * @param id {@code oneroster_application_id}: percent-encoded as it comes, and used like that (Traps 16 and 17)
 * @param bearer opens this district and no other; absent where ClassLink sends null
 * @param enabled the district shares its roster now
 */
record PartnerApplication(String tenantId, String id, Optional<String> bearer, boolean enabled) {

    /** An id that could bend the path it is put into is none. */
    private static final String SAFE_ID = "[A-Za-z0-9%._~=-]{1,200}";

    static Optional<PartnerApplication> read(JsonNode row) {
        String tenantId = row.path("tenant_id").asText();
        String id = row.path("oneroster_application_id").asText();
        if (tenantId.isBlank() || !id.matches(SAFE_ID) || id.equals(".") || id.equals("..")) {
            return Optional.empty();
        }
        return Optional.of(new PartnerApplication(
                tenantId,
                id,
                Optional.ofNullable(row.path("bearer").textValue()).filter(text -> text.matches("[!-~]{1,4096}")),
                row.path("enabled").asText("true").equals("true")
                        && row.path("tenant_status").asText("Active").equals("Active")));
    }

    /** Without the bearer. */
    @Override
    public String toString() {
        return "Application[…]";
    }
}
