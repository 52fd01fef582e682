package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Changes to what ClassLink says about somebody. */
public final class Profiles {

    private Profiles() {}

    /** The document with this value, as JSON, of a member; null takes the member out. */
    public static ObjectNode with(ObjectNode profile, String member, String json) {
        if (json == null) {
            profile.remove(member);
        } else {
            profile.set(member, Http.json(json));
        }
        return profile;
    }
}
