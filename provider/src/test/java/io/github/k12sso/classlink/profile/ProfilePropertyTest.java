package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any JSON object that ClassLink or an attacker sends gives a profile or {@link Profile.Unreadable} and no other exception. */
class ProfilePropertyTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyObjectIsAValidProfileOrUnreadable(@ForAll("documents") ObjectNode document) {
        Profile profile;
        try {
            profile = Profile.read(document);
        } catch (Profile.Unreadable e) {
            assertThat(e).hasNoCause();
            return;
        }
        assertThat(profile.userId()).isNotBlank().hasSizeLessThanOrEqualTo(255);
        assertStripped(profile.tenantId().map(TenantId::value));
        assertThat(profile.sourcedId().map(SourcedId::value).orElse("present"))
                .isNotBlank()
                .hasSizeLessThanOrEqualTo(255);
        assertStripped(profile.tenantName());
        assertStripped(profile.loginId());
        assertStripped(profile.email());
        assertStripped(profile.firstName());
        assertStripped(profile.lastName());
        assertThat(profile.roles()).allSatisfy(role -> assertThat(role).isNotBlank());
        assertThat(profile.document()).isNotSameAs(document).hasSameSizeAs(document);
        assertThat(profile.document().toString())
                .isEqualTo(Profile.storable(document.toString()).replace("\\u0000", ""));
        assertThat(profile).hasToString("Profile[…]");
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyObjectPassesTheLoginRulesWithoutError(@ForAll("documents") ObjectNode document) {
        Profile profile;
        try {
            profile = Profile.read(document);
        } catch (Profile.Unreadable e) {
            return;
        }
        for (IdentityKey key : IdentityKey.values()) {
            assertThat(key.of(profile).orElse("present")).isNotBlank().hasSizeLessThanOrEqualTo(255);
        }
        assertThat(UsernameTemplate.parse("${login_id}.${tenant_id}.${role}")
                        .apply(profile)
                        .orElse("present"))
                .isNotBlank()
                .hasSizeLessThanOrEqualTo(255);
        assertThat(TenantAllowList.parse("no-such-tenant").admits(profile)).isFalse();
    }

    private static void assertStripped(Optional<String> text) {
        assertThat(text.orElse("present"))
                .isNotEmpty()
                .isEqualTo(text.orElse("present").strip());
    }

    @Provide
    Arbitrary<ObjectNode> documents() {
        Arbitrary<String> members = Arbitraries.frequencyOf(
                Tuple.of(
                        9,
                        Arbitraries.of(
                                "UserId",
                                "TenantId",
                                "Tenant",
                                "SourcedId",
                                "LoginId",
                                "Email",
                                "FirstName",
                                "LastName",
                                "Role",
                                "OrgId",
                                "sub",
                                "classLink_tenant_id",
                                "classLink_tenant_id_string",
                                "address",
                                "classLink_sourcedId",
                                "preferred_username",
                                "email",
                                "given_name",
                                "classLink_role",
                                "id",
                                "roles",
                                "locality")),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(10)));
        return objects(members, values(members, 2));
    }

    private static Arbitrary<JsonNode> values(Arbitrary<String> members, int depth) {
        Arbitrary<JsonNode> scalar = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(260).map(JSON::textNode),
                Arbitraries.strings()
                        .withChars(" \t\n\u00a0\u2003|.-_#$")
                        .ofMaxLength(5)
                        .map(JSON::textNode),
                Arbitraries.longs().map(JSON::numberNode),
                Arbitraries.bigIntegers().map(number -> (JsonNode) JSON.numberNode(number)),
                Arbitraries.doubles().map(JSON::numberNode),
                Arbitraries.of(true, false).map(JSON::booleanNode),
                Arbitraries.just(JSON.nullNode()));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<JsonNode> inner = values(members, depth - 1);
        return Arbitraries.oneOf(
                scalar,
                scalar,
                inner.list().ofMaxSize(4).map(list -> {
                    ArrayNode array = JSON.arrayNode();
                    array.addAll(list);
                    return array;
                }),
                objects(members, inner).map(JsonNode.class::cast));
    }

    private static Arbitrary<ObjectNode> objects(Arbitrary<String> members, Arbitrary<JsonNode> values) {
        return Arbitraries.maps(members, values).ofMaxSize(8).map(map -> {
            ObjectNode object = JSON.objectNode();
            object.setAll(map);
            return object;
        });
    }
}
