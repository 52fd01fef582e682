package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Adds and edits mappers of a realm's ClassLink provider. */
public final class ProviderMappers {

    private final TestRealm realm;

    public ProviderMappers(TestRealm realm) {
        this.realm = realm;
    }

    /** The mapper types that the console offers, by id. */
    public JsonNode types() {
        return realm.admin().get(provider() + "/mapper-types");
    }

    /** Adds a mapper with its own sync mode. */
    public void add(String name, String type, String syncMode, Map<String, String> settings) {
        ObjectNode mapper = Http.JSON.createObjectNode();
        mapper.put("name", name).put("identityProviderAlias", TestRealm.ALIAS).put("identityProviderMapper", type);
        ObjectNode config = mapper.putObject("config").put("syncMode", syncMode);
        settings.forEach(config::put);
        HttpResponse<String> answer = realm.admin().post(provider() + "/mappers", mapper);
        AdminApi.require(answer, "new mapper");
    }

    /** Changes one setting of a mapper. */
    public void edit(String name, String setting, String value) {
        ObjectNode mapper = (ObjectNode)
                StreamSupport.stream(realm.admin().get(provider() + "/mappers").spliterator(), false)
                        .filter(candidate -> candidate.get("name").textValue().equals(name))
                        .findFirst()
                        .orElseThrow();
        ((ObjectNode) mapper.get("config")).put(setting, value);
        String path = provider() + "/mappers/" + mapper.get("id").textValue();
        AdminApi.require(realm.admin().put(path, mapper), "edited mapper");
    }

    private String provider() {
        return "/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS;
    }
}
