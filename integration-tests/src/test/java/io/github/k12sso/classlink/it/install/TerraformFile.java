package io.github.k12sso.classlink.it.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The resources of a Terraform file, and the requests that the Terraform provider keycloak/keycloak sends for them. Supports
 * only what the file uses: strings, booleans, references and one map per resource. Sources: the provider's
 * {@code resource_keycloak_*.go}.
 */
final class TerraformFile {

    private static final Pattern RESOURCE =
            Pattern.compile("^resource \"(\\w+)\" \"(\\w+)\" \\{\\n(.*?)^}", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern MAP =
            Pattern.compile("^  extra_config = \\{\\n(.*?)^  }", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern ARGUMENT = Pattern.compile("^ +(\\w+) += +(.+)$", Pattern.MULTILINE);
    private static final Pattern REFERENCE = Pattern.compile("(\\w+)\\.(\\w+)\\.(\\w+)");

    private static final Map<String, String> PROVIDER_MEMBERS = Map.of(
            "alias", "alias",
            "provider_id", "providerId",
            "display_name", "displayName",
            "store_token", "storeToken");
    private static final Map<String, String> PROVIDER_SETTINGS = Map.of(
            "client_id", "clientId",
            "client_secret", "clientSecret",
            "authorization_url", "authorizationUrl",
            "token_url", "tokenUrl",
            "default_scopes", "defaultScope",
            "sync_mode", "syncMode");
    /** Always sent, even if the file does not set them. */
    private static final List<String> SETTINGS_OFF = List.of(
            "useJwksUrl",
            "disableUserInfo",
            "disableTypeClaimCheck",
            "validateSignature",
            "uiLocales",
            "acceptsPromptNoneForwardFromClient");

    private final Map<String, Resource> resources = new TreeMap<>();
    private final Map<String, String> variables;

    /** A block of the file. */
    private record Resource(String type, Map<String, String> arguments, Map<String, String> extraConfig) {}

    private TerraformFile(String text, Map<String, String> variables) {
        this.variables = variables;
        Matcher blocks = RESOURCE.matcher(text);
        while (blocks.find()) {
            Matcher map = MAP.matcher(blocks.group(3));
            Map<String, String> extra = map.find() ? arguments(map.group(1)) : Map.of();
            Map<String, String> arguments =
                    arguments(MAP.matcher(blocks.group(3)).replaceAll(""));
            resources.put(blocks.group(1) + "." + blocks.group(2), new Resource(blocks.group(1), arguments, extra));
        }
    }

    /**
     * Reads the blocks of a file.
     *
     * @param variables values of {@code var.<name>}
     */
    public static TerraformFile read(Path file, Map<String, String> variables) {
        try {
            return new TerraformFile(Files.readString(file), variables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates all resources, as {@code terraform apply} does with an empty state. */
    public void apply(AdminApi admin) {
        // Referenced resources come first.
        for (String type : List.of(
                "keycloak_role",
                "keycloak_openid_client_scope",
                "keycloak_oidc_identity_provider",
                "keycloak_custom_identity_provider_mapper")) {
            resources.values().stream()
                    .filter(resource -> resource.type().equals(type))
                    .forEach(resource -> create(admin, resource));
        }
    }

    /** The number of resources in the file. */
    public int size() {
        return resources.size();
    }

    private void create(AdminApi admin, Resource resource) {
        Map<String, String> arguments = resource.arguments();
        String realm = "/realms/" + value(arguments.getOrDefault("realm", arguments.get("realm_id")));
        switch (resource.type()) {
            case "keycloak_role" -> post(admin, realm + "/roles", named(arguments));
            case "keycloak_openid_client_scope" -> {
                ObjectNode scope = named(arguments).put("protocol", "openid-connect");
                scope.putObject("attributes")
                        .put("include.in.token.scope", arguments.get("include_in_token_scope"))
                        .put("display.on.consent.screen", "false");
                post(admin, realm + "/client-scopes", scope);
            }
            case "keycloak_oidc_identity_provider" ->
                post(admin, realm + "/identity-provider/instances", provider(resource));
            case "keycloak_custom_identity_provider_mapper" ->
                post(
                        admin,
                        realm + "/identity-provider/instances/" + value(arguments.get("identity_provider_alias"))
                                + "/mappers",
                        mapper(resource));
            default -> throw new IllegalArgumentException("unknown resource " + resource.type());
        }
    }

    private ObjectNode named(Map<String, String> arguments) {
        return Http.JSON
                .createObjectNode()
                .put("name", value(arguments.get("name")))
                .put("description", value(arguments.get("description")));
    }

    private ObjectNode provider(Resource resource) {
        ObjectNode body = Http.JSON
                .createObjectNode()
                .put("enabled", true)
                .put("firstBrokerLoginFlowAlias", "first broker login")
                .put("postBrokerLoginFlowAlias", "");
        ObjectNode config = body.putObject("config").put("backchannelSupported", "true");
        SETTINGS_OFF.forEach(setting -> config.put(setting, "false"));
        resource.arguments().forEach((name, text) -> {
            if (PROVIDER_MEMBERS.containsKey(name)) {
                body.put(PROVIDER_MEMBERS.get(name), value(text));
            } else if (PROVIDER_SETTINGS.containsKey(name)) {
                config.put(PROVIDER_SETTINGS.get(name), value(text));
            } else if (!name.equals("realm")) {
                throw new IllegalArgumentException("unknown argument " + name);
            }
        });
        resource.extraConfig().forEach((name, text) -> config.put(name, value(text)));
        return body;
    }

    private ObjectNode mapper(Resource resource) {
        Map<String, String> arguments = resource.arguments();
        ObjectNode body = Http.JSON
                .createObjectNode()
                .put("name", value(arguments.get("name")))
                .put("identityProviderAlias", value(arguments.get("identity_provider_alias")))
                .put("identityProviderMapper", value(arguments.get("identity_provider_mapper")));
        ObjectNode config = body.putObject("config");
        resource.extraConfig().forEach((name, text) -> config.put(name, value(text)));
        return body;
    }

    private static void post(AdminApi admin, String path, ObjectNode body) {
        AdminApi.require(admin.post(path, body), path);
    }

    private String value(String text) {
        if (text.startsWith("\"")) {
            return text.substring(1, text.length() - 1).replace("$${", "${");
        }
        if (text.startsWith("var.")) {
            return variables.get(text.substring("var.".length()));
        }
        Matcher reference = REFERENCE.matcher(text);
        if (reference.matches()) {
            return value(resources
                    .get(reference.group(1) + "." + reference.group(2))
                    .arguments()
                    .get(reference.group(3)));
        }
        return text;
    }

    private static Map<String, String> arguments(String block) {
        Map<String, String> arguments = new TreeMap<>();
        for (MatchResult argument : ARGUMENT.matcher(block).results().toList()) {
            arguments.put(argument.group(1), argument.group(2).strip());
        }
        return arguments;
    }
}
