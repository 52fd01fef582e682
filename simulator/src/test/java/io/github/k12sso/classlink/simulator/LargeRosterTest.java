package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A district of a million people needs no memory. */
class LargeRosterTest extends RosterTests {
    @Nested
    class AMillionPeople {
        @Test
        void arePaginatedWithoutBeingStored() {
            HttpResponse<String> last = call("metropolis", "users?sort=sourcedId&limit=10000&offset=990000");
            JsonNode users = RelyingParty.json(last).get("users");
            assertThat(users).hasSize(10_000);
            assertThat(last.headers().firstValue("X-Total-Count")).hasValue("1000000");
            assertThat(ids(users)).isSorted().doesNotHaveDuplicates();
            assertThat(ids(users).get(9999)).isEqualTo("T0050000");
            assertThat(call("metropolis", "enrollments?limit=1")
                            .headers()
                            .firstValue("X-Total-Count")
                            .map(Integer::valueOf))
                    .get()
                    .satisfies(total -> assertThat(total).isGreaterThan(3_000_000));
        }

        @Test
        @Tag("full")
        void takeAlmostNoMemory() {
            Runtime runtime = Runtime.getRuntime();
            SimulatorSettings settings = SimulatorSettings.builder()
                    .district("first", 101, 1_000_000)
                    .district("second", 102, 1_000_000)
                    .district("third", 103, 1_000_000)
                    .build();
            System.gc();
            long before = runtime.totalMemory() - runtime.freeMemory();
            try (ClassLinkSimulator huge = ClassLinkSimulator.start(settings)) {
                RelyingParty partner = new RelyingParty(huge);
                for (String district : List.of("first", "second", "third")) {
                    String path = "/" + huge.applicationId(district) + "/ims/oneroster/v1p1/users?limit=10000&offset=";
                    for (int offset = 0; offset < 50_000; offset += 10_000) {
                        assertThat(partner.getAs(huge.districtBearer(district), path + offset)
                                        .statusCode())
                                .isEqualTo(200);
                    }
                }
                System.gc();
                long grown = runtime.totalMemory() - runtime.freeMemory() - before;
                assertThat(grown).isLessThan(40L * 1024 * 1024);
            }
        }

        @Test
        void includePersonasWhoCanSignIn() {
            Persona teacher = simulator.persona("metropolis-teacher");
            JsonNode classes = read("metropolis", "teachers/" + teacher.sourcedId() + "/classes")
                    .get("classes");
            assertThat(classes).hasSize(3);
            assertThat(ids(read("metropolis", "classes/" + ids(classes).get(1) + "/students")
                            .get("users")))
                    .hasSizeBetween(18, 26);
        }

        @Test
        void cannotBeSortedByEveryField() {
            JsonNode body = read("metropolis", "users?sort=familyName&limit=2");
            assertThat(body.get("users")).hasSize(2);
            assertThat(body.get("statusInfoSet").get(0).get("imsx_severity").asText())
                    .isEqualTo("warning");
        }
    }
}
