package io.github.k12sso.classlink.launchpad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fetch metadata of browsers on requests that may end a session. */
class SharedDeviceTest {

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document Sec-Fetch-Site=cross-site Sec-Fetch-User=?1, true",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document Sec-Fetch-Site=none, true",
        "Sec-Fetch-Mode=no-cors Sec-Fetch-Dest=image Sec-Fetch-Site=cross-site, false",
        "Sec-Fetch-Mode=no-cors Sec-Fetch-Dest=script, false",
        "Sec-Fetch-Mode=cors Sec-Fetch-Dest=empty Sec-Fetch-Site=same-origin, false",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=iframe Sec-Fetch-Site=cross-site, false",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=embed, false",
        "Sec-Fetch-Mode=navigate, true",
        "Sec-Fetch-Mode=no-cors, false",
        "Sec-Fetch-Dest=image, false",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document Sec-Purpose=prefetch, false",
        "Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document Sec-Purpose=prefetch;prerender, false"
    })
    void onlyATopLevelNavigationMayEndASession(String sent, boolean allowed) {
        Map<String, String> headers = Arrays.stream(sent.split(" "))
                .filter(header -> !header.isEmpty())
                .map(header -> header.split("=", 2))
                .collect(Collectors.toMap(header -> header[0], header -> header[1]));

        assertThat(SharedDevice.isTopLevelNavigation(Stub.of(
                        HttpHeaders.class, Map.of("getHeaderString", arguments -> headers.get((String) arguments[0])))))
                .isEqualTo(allowed);
    }
}
