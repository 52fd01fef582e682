package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RosterFilterTest {

    private static final String ROW = """
            {"sourcedId": "s1", "status": "active", "role": "Student", "enabledUser": "true", "primary": false,
             "familyName": "O'Neil", "givenName": "Mary Ann", "middleName": "", "identifier": "20000", "weight": 9.5,
             "dateLastModified": "2026-03-01T06:30:00.000Z", "beginDate": "2026-09-01", "email": null,
             "grades": ["09", "10"], "subjects": ["Algebra, advanced", "Reading"],
             "orgs": [{"sourcedId": "north", "type": "org"}, {"sourcedId": "south", "type": "org"}],
             "school": {"sourcedId": "north"}, "userIds": [{"type": "Fed", "identifier": "f-1"}]}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // strings
                "sourcedId='s1' | true",
                "sourcedId='S1' | false",
                "sourcedId!='s2' | true",
                "familyName='O''Neil' | true",
                "givenName~'y A' | true",
                "givenName~'y a' | false",
                "middleName='' | true",
                "givenName>'Mark' | true",
                "givenName<='Mary Ann' | true",
                // enumerations, not case-sensitive
                "role='student' | true",
                "role='STUDENT' AND status='Active' | true",
                "role!='student' | false",
                "enabledUser='True' | true",
                "primary='false' | true",
                // numbers
                "weight>'10' | false",
                "weight<'10' | true",
                "weight='9.50' | true",
                "identifier>'9' | false",
                // dates
                "dateLastModified>'2026-01-01' | true",
                "dateLastModified>='2026-03-01T06:30:00Z' | true",
                "dateLastModified='2026-03-01T07:30:00+01:00' | true",
                "dateLastModified<'2026-03-01T06:30:00' | false",
                "dateLastModified<'2027' | true",
                "beginDate>'2026-08-31T23:59:59.999Z' | true",
                // lists
                "grades='09' | true",
                "grades='09,10' | true",
                "grades='10, 09' | true",
                "grades='09,11' | false",
                "grades!='11' | true",
                "grades~'11,10' | true",
                "grades~'1' | true",
                "subjects='Algebra, advanced' | true",
                // nested fields
                "school.sourcedId='north' | true",
                "orgs.sourcedId='south' | true",
                "orgs.sourcedId='north,south' | true",
                "orgs.sourcedId='east' | false",
                "userIds.identifier~'f-' | true",
                // missing fields
                "phone='' | false",
                "phone!='1' | true",
                "phone>'' | false",
                "phone<='z' | false",
                "phone~'' | false",
                "email='null' | false",
                "school='north' | false",
                "school.name.first='x' | false",
                "grades.x='09' | false",
                // two
                "role='teacher' OR sourcedId='s1' | true",
                "role='teacher' AND sourcedId='s1' | false",
                "role = 'student' and  status = 'active' | true",
                "role='teacher' or status='tobedeleted' | false"
            })
    void comparesAsOneRosterSpecifies(String filter, boolean matches) throws InvalidRequest, JsonProcessingException {
        assertThat(RosterFilter.parse(filter).matches(row())).isEqualTo(matches);
    }

    @Test
    void isSentInNormalizedForm() throws InvalidRequest {
        assertThat(RosterFilter.parse(" role = 'student'  and status='active' "))
                .hasToString("role='student' AND status='active'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "a=1",
                "a='1",
                "a==='1'",
                "a='1' AND",
                "a='1' XOR b='2'",
                "a='1' AND b='2' AND c='3'",
                "a='1'; b='2'",
                "a.b.c.d='1'",
                "a='O'Neil'",
                "='1'"
            })
    void invalidFiltersAreRefused(String filter) {
        assertThatExceptionOfType(InvalidRequest.class).isThrownBy(() -> RosterFilter.parse(filter));
    }

    /** Comparing any row with any filter gives true or false and never fails. */
    @Property
    void anyRowAndFilterCompareWithoutError(@ForAll String inRow, @ForAll String asked) throws InvalidRequest {
        ObjectNode row = new ObjectMapper().createObjectNode().put("sourcedId", inRow);
        String value = asked.replaceAll("\\p{Cntrl}", "").replace("'", "''");
        if (value.length() > 900) {
            return;
        }
        boolean less = RosterFilter.parse("sourcedId<'" + value + "'").matches(row);
        boolean more = RosterFilter.parse("sourcedId>'" + value + "'").matches(row);
        boolean equal = RosterFilter.parse("sourcedId='" + value + "'").matches(row);

        assertThat((less ? 1 : 0) + (more ? 1 : 0) + (equal ? 1 : 0)).isEqualTo(1);
    }

    private static ObjectNode row() throws JsonProcessingException {
        return new ObjectMapper().readValue(ROW, ObjectNode.class);
    }
}
