package io.github.k12sso.classlink.idp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;

/** Parses profiles in tests that need no error handling. */
public final class ProfileJson {

    private ProfileJson() {}

    public static Profile of(String json) {
        try {
            return Profile.read((ObjectNode) new ObjectMapper().readTree(json));
        } catch (JsonProcessingException | Profile.Unreadable e) {
            throw new AssertionError(e);
        }
    }
}
