package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The mappers of a school's ClassLink provider, as an administrator adds and edits them. */
public final class ProviderMappers {

    private final School school;

    public ProviderMappers(School school) {
        this.school = school;
    }

    /** What the console offers, by mapper id. */
    public JsonNode types() {
        return school.admin().get(provider() + "/mapper-types");
    }

    /** A new mapper that decides itself when it works. */
    public void add(String name, String type, String syncMode, Map<String, String> settings) {
        ObjectNode mapper = Http.JSON.createObjectNode();
        mapper.put("name", name).put("identityProviderAlias", School.ALIAS).put("identityProviderMapper", type);
        ObjectNode config = mapper.putObject("config").put("syncMode", syncMode);
        settings.forEach(config::put);
        HttpResponse<String> answer = school.admin().post(provider() + "/mappers", mapper);
        AdminApi.require(answer, "new mapper");
    }

    /** Changes one setting of a mapper. */
    public void edit(String name, String setting, String value) {
        ObjectNode mapper = (ObjectNode)
                StreamSupport.stream(school.admin().get(provider() + "/mappers").spliterator(), false)
                        .filter(candidate -> candidate.get("name").textValue().equals(name))
                        .findFirst()
                        .orElseThrow();
        ((ObjectNode) mapper.get("config")).put(setting, value);
        String path = provider() + "/mappers/" + mapper.get("id").textValue();
        AdminApi.require(school.admin().put(path, mapper), "edited mapper");
    }

    private String provider() {
        return "/realms/" + school.realm() + "/identity-provider/instances/" + School.ALIAS;
    }
}
