package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;

/** Profile documents for mapper tests. */
final class MapperDocuments {

    private MapperDocuments() {}

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Profile profile(String members) {
        try {
            return Profile.read(json("{\"UserId\": 1" + (members.isEmpty() ? "" : ", " + members) + "}"));
        } catch (Profile.Unreadable e) {
            throw new AssertionError(e);
        }
    }
}
