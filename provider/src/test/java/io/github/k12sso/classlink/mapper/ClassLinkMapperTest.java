package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.Stub;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.storage.ReadOnlyException;

class ClassLinkMapperTest {

    private final RealmModel realm = Stub.of(RealmModel.class, Map.of("getName", arguments -> "district"));

    @Test
    void givenAReadOnlyUser_thenTheLoginContinues() {
        assertThatCode(() -> change(() -> {
                    throw new ReadOnlyException("the directory is read-only");
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void givenAnyOtherException_thenItPropagates() {
        assertThatThrownBy(() -> change(() -> {
                    throw new ModelException("the database is gone");
                }))
                .isInstanceOf(ModelException.class);
    }

    private void change(Runnable change) {
        IdentityProviderMapperModel mapper = new IdentityProviderMapperModel();
        mapper.setName("groups");
        mapper.setIdentityProviderAlias("classlink");
        ClassLinkMapper.change(realm, mapper, change);
    }
}
