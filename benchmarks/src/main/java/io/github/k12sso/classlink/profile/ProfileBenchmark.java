package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Parsing of a ClassLink profile document. */
@State(Scope.Thread)
public class ProfileBenchmark {

    private static final String TEXT = """
            {"UserId": 870001, "TenantId": 2, "StateId": 0, "StateName": "", "BuildingId": 9, "AuthenticationType": 1,
             "DisplayName": "Mira Fernwick", "FirstName": "Mira", "LastName": "Fernwick", "Email": "mira.fernwick@maplevalley.example",
             "LoginId": "mira.fernwick", "ImagePath": "", "LanguageId": 1, "Language": "English", "DefaultTimeFormat": 12,
             "Profile": "Student", "ProfileId": 4, "Tenant": "Maple Valley", "Building": "Lincoln Middle School", "Role": "Student",
             "Role_Level": 4, "LastAccessTime": "2026-11-20T08:00:00Z", "OrgId": 0, "SourcedId": "stu-0001"}
            """;

    private final ObjectMapper json = new ObjectMapper();

    @Benchmark
    public Object read() throws JsonProcessingException, Profile.Unreadable {
        return Profile.read((ObjectNode) json.readTree(TEXT));
    }
}
