package io.github.k12sso.classlink;

import java.util.List;
import java.util.Map;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Records the errors and details of events in a list instead of storing them. */
public final class RecordedEvents extends EventBuilder {

    private final RealmModel realm;
    private final KeycloakSession session;
    private final List<String> said;

    public RecordedEvents(RealmModel realm, KeycloakSession session, List<String> said) {
        super(realm, session);
        this.realm = realm;
        this.session = session;
        this.said = said;
    }

    @Override
    @SuppressWarnings("MissingSuperCall") // the superclass would store the event
    public EventBuilder clone() {
        EventBuilder copy = new RecordedEvents(realm, session, said);
        details().forEach(copy::detail);
        return copy;
    }

    @Override
    public void success() {
        said.addAll(details().values());
    }

    @Override
    public void error(String error) {
        said.add(error);
        said.addAll(details().values());
    }

    private Map<String, String> details() {
        return getEvent().getDetails() == null ? Map.of() : getEvent().getDetails();
    }
}
