package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HtmlTest {

    @Test
    @DisplayName("given text with markup, it is escaped in content and in attributes")
    void escapes() {
        Html html = Html.of("<p id=\"%s\">%s</p>", "\" onclick='x'", "<script>&");

        assertThat(html.markup()).isEqualTo("<p id=\"&quot; onclick=&#39;x&#39;\">&lt;script&gt;&amp;</p>");
    }

    @Test
    @DisplayName("given markup, it is not escaped twice")
    void nests() {
        Html inner = Html.join(List.of(Html.of("<b>%s</b>", "a&b"), Html.of("<i>%s</i>", "100 %")));

        assertThat(Html.of("<p>%s</p>", inner).markup()).isEqualTo("<p><b>a&amp;b</b>\n<i>100 %</i></p>");
    }
}
