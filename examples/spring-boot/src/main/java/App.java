package example;

import static org.springframework.web.util.HtmlUtils.htmlEscape;

import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.TokenExchangeOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.RestClientTokenExchangeTokenResponseClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

@SpringBootApplication
@RestController
public class App {

    private final RestClient http = RestClient.create();

    @Value("${ISSUER}")
    private String issuer;

    @Value("${CLASSLINK_API:https://nodeapi.classlink.com}")
    private String classLink;

    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    /** Exchanges the Keycloak token of the login for the user's ClassLink token. */
    @Bean
    TokenExchangeOAuth2AuthorizedClientProvider tokenExchange(OAuth2AuthorizedClientService logins) {
        var request = new RestClientTokenExchangeTokenResponseClient();
        request.addParametersConverter(
                grant -> MultiValueMap.fromSingleValue(Map.of("requested_issuer", "classlink")));
        var exchange = new TokenExchangeOAuth2AuthorizedClientProvider();
        exchange.setAccessTokenResponseClient(request);
        exchange.setSubjectTokenResolver(context -> logins.loadAuthorizedClient(
                        "keycloak", context.getPrincipal().getName())
                .getAccessToken());
        return exchange;
    }

    /** The user, with the classes in the token. */
    @GetMapping("/")
    String home(@AuthenticationPrincipal OidcUser user) {
        List<Map<String, ?>> classes = user.getClaim("classes");
        return page(user.getPreferredUsername(), classes == null ? List.of() : classes);
    }

    /** The classes in the district's roster. */
    @GetMapping("/roster")
    String roster(
            @AuthenticationPrincipal OidcUser user,
            @RegisteredOAuth2AuthorizedClient("keycloak") OAuth2AuthorizedClient keycloak) {
        return page(user.getPreferredUsername(), (List<?>) get(
                        issuer + "/classlink/classlink/ims/oneroster/v1p1/classes", keycloak)
                .get("classes"));
    }

    /** The user's ClassLink profile, read with the ClassLink token. "keycloak" comes first so that Spring refreshes its token if needed. */
    @GetMapping("/classlink")
    String classLink(
            @RegisteredOAuth2AuthorizedClient("keycloak") OAuth2AuthorizedClient keycloak,
            @RegisteredOAuth2AuthorizedClient("classlink") OAuth2AuthorizedClient token) {
        return "<p>" + get(classLink + "/v2/my/info", token).get("UserId") + "</p>";
    }

    /** Spring parses the OAuth error of status 400 only. Other responses are the exception's cause. */
    @ExceptionHandler
    String refused(ClientAuthorizationException problem) {
        Object error = problem.getError().getErrorCode();
        String wait = null;
        if (NestedExceptionUtils.getMostSpecificCause(problem) instanceof RestClientResponseException answer) {
            error = JsonParserFactory.getJsonParser().parseMap(answer.getResponseBodyAsString()).get("error");
            wait = answer.getResponseHeaders().getFirst(HttpHeaders.RETRY_AFTER);
        }
        return "<p>" + htmlEscape(error + (wait == null ? "" : " " + wait)) + "</p>";
    }

    private Map<?, ?> get(String address, OAuth2AuthorizedClient token) {
        return http.get()
                .uri(address)
                .headers(headers -> headers.setBearerAuth(token.getAccessToken().getTokenValue()))
                .retrieve()
                .body(Map.class);
    }

    private static String page(String person, List<?> classes) {
        StringBuilder page = new StringBuilder("<p>" + htmlEscape(person) + "</p>");
        classes.forEach(each -> page.append(
                "<li>" + htmlEscape(((Map<?, ?>) each).get("title").toString()) + "</li>"));
        return page.toString();
    }
}
