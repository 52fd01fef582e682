package io.github.k12sso.classlink.simulator.oneroster;

import java.util.List;

/**
 * OneRoster object types. The envelope is named after the type, not the path
 * (docs/internals/classlink-rosters.md#collections).
 */
enum OneRosterType {
    USER(
            "user",
            "users",
            "username,userIds,enabledUser,givenName,familyName,middleName,role,identifier,email,sms,phone,agents,orgs,"
                    + "grades,password"),
    ORG("org", "orgs", "name,type,identifier,parent,children"),
    CLASS(
            "class",
            "classes",
            "title,classCode,classType,location,grades,subjects,course,school,terms,subjectCodes,periods,resources"),
    COURSE("course", "courses", "title,schoolYear,courseCode,grades,subjects,org,subjectCodes,resources"),
    ENROLLMENT("enrollment", "enrollments", "role,primary,beginDate,endDate,user,class,school"),
    ACADEMIC_SESSION("academicSession", "academicSessions", "title,startDate,endDate,type,parent,children,schoolYear"),
    DEMOGRAPHICS(
            "demographics",
            "demographics",
            "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,"
                    + "white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
                    + "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus"),
    RESOURCE("resource", "resources", "title,roles,importance,vendorResourceId,vendorId,applicationId"),
    RESULT("result", "results", "lineItem,student,scoreStatus,score,scoreDate,comment");

    private final String single;
    private final String plural;
    private final String fields;

    OneRosterType(String single, String plural, String fields) {
        this.single = single;
        this.plural = plural;
        this.fields = "sourcedId,status,dateLastModified," + fields;
    }

    String single() {
        return single;
    }

    String plural() {
        return plural;
    }

    boolean has(String field) {
        return List.of(fields.split(",", -1)).contains(field);
    }
}
