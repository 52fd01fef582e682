package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.IdToken;
import io.quarkus.oidc.client.OidcClient;
import io.quarkus.oidc.client.OidcClientException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.JsonWebToken;

@Path("/")
@Produces("text/html")
public class App {

    @Inject
    @IdToken
    JsonWebToken user;

    @Inject
    AccessTokenCredential keycloak;

    @Inject
    OidcClient exchange;

    @Inject
    ObjectMapper json;

    @ConfigProperty(name = "issuer")
    String issuer;

    @ConfigProperty(name = "classlink-api")
    String classLink;

    private final HttpClient http = HttpClient.newHttpClient();

    /** The user, with the classes in the token. */
    @GET
    public String home() throws Exception {
        Object classes = user.getClaim("classes");
        return page(classes == null ? json.createArrayNode() : json.readTree(classes.toString()));
    }

    /** The classes in the district's roster. */
    @GET
    @Path("roster")
    public String roster() throws Exception {
        return page(get(issuer + "/classlink/classlink/ims/oneroster/v1p1/classes", keycloak.getToken()).get("classes"));
    }

    /** The user's ClassLink profile, read with the ClassLink token. The exception's message is the OAuth error. */
    @GET
    @Path("classlink")
    public String classLink() throws Exception {
        try {
            var token = exchange.getTokens(Map.of("subject_token", keycloak.getToken())).await().indefinitely();
            return get(classLink + "/v2/my/info", token.getAccessToken()).get("UserId").asText();
        } catch (OidcClientException problem) {
            return json.readTree(problem.getMessage()).get("error").textValue();
        }
    }

    private String page(JsonNode classes) {
        var page = new StringBuilder("<p>" + escape(user.getName()) + "</p>");
        classes.forEach(each -> page.append("<li>" + escape(each.get("title").textValue()) + "</li>"));
        return page.toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private JsonNode get(String address, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + token).build();
        return json.readTree(http.send(request, BodyHandlers.ofString()).body());
    }
}
