package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantAllowListTest {

    private final Profile district2222 = Documents.read(Documents.teacher());
    private final Profile district2 = Documents.read(Documents.student());
    private final Profile noDistrict = Documents.read(Documents.guide());

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", "##", " ## "})
    void givenAnEmptyList_thenEveryDistrictIsAllowed(String setting) {
        TenantAllowList list = TenantAllowList.parse(setting);

        assertThat(list.admits(district2222)).isTrue();
        assertThat(list.admits(district2)).isTrue();
        assertThat(list.admits(noDistrict)).isTrue();
    }

    @Nested
    class GivenAList {

        @ParameterizedTest
        @ValueSource(strings = {"2222", "2222##3", "3##2222", " 3 ## 2222 ", "##2222##", "2222##2222"})
        void thenOnlyAListedDistrictIsAllowed(String setting) {
            TenantAllowList list = TenantAllowList.parse(setting);

            assertThat(list.admits(district2222)).isTrue();
            assertThat(list.admits(district2)).isFalse();
        }

        @Test
        void thenAUserWithoutADistrictIsRefused() {
            assertThat(TenantAllowList.parse("2222").admits(noDistrict)).isFalse();
        }

        @Test
        void thenAUserWithAnUnreadableDistrictIsRefused() {
            Profile profile = Documents.read(Documents.person("2222|2", null, null));

            assertThat(TenantAllowList.parse("2222").admits(profile)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2222,2", "2222##Example Schools", "*", "https://launchpad.classlink.com/x"})
    void givenAnInvalidTenantId_thenTheMessageDescribesAValidOne(String setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TenantAllowList.parse(setting))
                .withMessageContaining("number per district, such as 2284");
    }
}
