package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.keycloak.models.ModelException;

class FailedLoginTest {

    @Test
    void givenADatabaseError_thenTheReasonIsKeycloak() {
        RuntimeException wrapped = new IllegalStateException(new RuntimeException(new SQLException("gone", "08006")));

        assertThat(FailedLogin.unexpected(wrapped).reason()).isEqualTo(LoginRefused.Reason.KEYCLOAK_ERROR);
    }

    @Test
    void givenKeycloakRejectsTheUser_thenTheReasonIsKeycloak() {
        assertThat(FailedLogin.unexpected(new ModelException("jdoe is taken")).reason())
                .isEqualTo(LoginRefused.Reason.KEYCLOAK_ERROR);
    }

    @Test
    void givenAnyOtherException_thenItIsUnexpected_andItsMessageIsNotLogged() {
        LoginRefused refused = FailedLogin.unexpected(new IllegalStateException("jdoe"));

        assertThat(refused.reason()).isEqualTo(LoginRefused.Reason.UNEXPECTED);
        assertThat(refused.getMessage())
                .startsWith("java.lang.IllegalStateException at ")
                .doesNotContain("jdoe");
    }

    @Test
    void givenACyclicCause_thenTheSearchEnds() {
        RuntimeException endless = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable getCause() {
                return this;
            }
        };

        assertThat(FailedLogin.unexpected(endless).reason()).isEqualTo(LoginRefused.Reason.UNEXPECTED);
    }
}
