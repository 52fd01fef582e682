package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Changes to ClassLink profile documents. */
public final class Profiles {

    private Profiles() {}

    /** Sets a field to this JSON value; null removes the field. */
    public static ObjectNode with(ObjectNode profile, String member, String json) {
        if (json == null) {
            profile.remove(member);
        } else {
            profile.set(member, Http.json(json));
        }
        return profile;
    }
}
