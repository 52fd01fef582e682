package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import java.io.IOException;

/** Parses arbitrary JSON as a profile: the result is a profile whose identity and username can be stored, or "unreadable". */
class ProfileFuzzTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UsernameTemplate TEMPLATE = UsernameTemplate.parse("${login_id}.${tenant_id}");

    @FuzzTest(maxDuration = "5s")
    void parsesOrRejectsAnyJson(byte[] text) {
        try {
            JsonNode document = JSON.readTree(text);
            if (document instanceof ObjectNode object) {
                Profile profile = Profile.read(object);
                assertThat(profile.userId()).isNotBlank().hasSizeLessThanOrEqualTo(255);
                for (IdentityKey key : IdentityKey.values()) {
                    key.of(profile).ifPresent(id -> assertThat(id).isNotBlank().hasSizeLessThanOrEqualTo(255));
                }
                TEMPLATE.apply(profile)
                        .ifPresent(name ->
                                assertThat(name).hasSizeBetween(3, 255).doesNotContain("<", ">", "&", "\"", " "));
                assertThat(UsernameTemplate.nameOfId("classlink", profile)).hasSizeBetween(3, 255);
                assertThat(profile).hasToString("Profile[…]");
            }
        } catch (IOException | Profile.Unreadable refused) {
            assertThat(refused).isNotNull();
        }
    }
}
