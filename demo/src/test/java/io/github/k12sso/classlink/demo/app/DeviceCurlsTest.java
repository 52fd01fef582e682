package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeviceCurlsTest extends RosterAppTests {

    @Test
    @DisplayName("given the demo's URLs, the commands match the README")
    void sameAsDocumented() throws IOException {
        DeviceCurls curls = DeviceCurls.of(URI.create("http://localhost:8080/realms/demo"), "classlink");

        assertThat(Files.readString(Path.of("README.md")))
                .contains("```sh\n" + curls.start() + "\n```", "```sh\n" + curls.read() + "\n```");
    }

    @Test
    @DisplayName("the welcome page has the commands to copy")
    void onTheWelcomePage() throws Exception {
        DeviceCurls curls = DeviceCurls.of(keycloak.issuer(), "classlink");

        Document page = browser.open("/");

        assertThat(page.selectFirst("#curl-device").wholeText()).isEqualTo(curls.start());
        assertThat(page.selectFirst("#curl-row").wholeText()).isEqualTo(curls.read());
        assertThat(page.select("[data-copy]").eachAttr("data-copy")).containsExactly("curl-device", "curl-row");
    }
}
