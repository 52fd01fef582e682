package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.util.List;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCConfigAttributes;
import org.keycloak.util.Booleans;

/** Checks whether the client scopes for token exchange and rosters exist and are usable. */
record ScopeCheck(Subject subject) implements Check {

    /** Maximum number of clients that are checked. */
    private static final int MAX_CLIENTS = 1000;
    /** Maximum number of clients in a message. */
    private static final int MAX_NAMES = 20;

    @Override
    public String theme() {
        return "client-scopes";
    }

    @Override
    public void run(Findings findings) {
        if (Booleans.isTrue(subject.config().isStoreToken())) {
            String scope = subject.config().getTokenScope();
            List<ClientModel> clients = scope(findings, "token-scope", scope, "exchange tokens");
            if (!clients.isEmpty()) {
                exchange(findings, scope, clients);
            }
        }
        if (subject.config().getRosterMode() != RosterMode.OFF) {
            scope(findings, "roster-scope", subject.config().getRosterScope(), "read rosters");
        }
    }

    /** Checks a scope and returns its clients. */
    private List<ClientModel> scope(Findings findings, String name, String scope, String purpose) {
        RealmModel realm = subject.realm();
        if (realm.getClientScopesStream().noneMatch(known -> known.getName().equals(scope))) {
            findings.failed(
                    name,
                    "The client scope " + scope + " doesn't exist: no client can " + purpose + ".",
                    "Create a client scope with this name, switch Include in token scope on, and assign it to the"
                            + " clients allowed to " + purpose + ".");
            return List.of();
        }
        List<ClientModel> clients = realm.getClientsStream()
                .limit(MAX_CLIENTS)
                .filter(ClientModel::isEnabled)
                .filter(client -> client.getClientScopes(true).containsKey(scope)
                        || client.getClientScopes(false).containsKey(scope))
                .toList();
        if (clients.isEmpty()) {
            findings.warning(
                    name,
                    "The client scope " + scope + " isn't assigned to a client: no client can " + purpose + ".",
                    "Assign it to the clients allowed to " + purpose + ": Clients, Client scopes, Add client scope.");
        } else {
            findings.ok(name, "The client scope " + scope + " is assigned to: " + names(clients) + ".");
        }
        return clients;
    }

    private static void exchange(Findings findings, String scope, List<ClientModel> clients) {
        List<ClientModel> able = clients.stream()
                .filter(client -> !client.isPublicClient())
                .filter(client ->
                        "true".equals(client.getAttribute(OIDCConfigAttributes.STANDARD_TOKEN_EXCHANGE_ENABLED)))
                .toList();
        if (able.isEmpty()) {
            findings.warning(
                    "token-exchange",
                    "Clients have the client scope " + scope + ", but none of them can exchange tokens.",
                    "Switch Client authentication and Standard Token Exchange on, in the client's Capability config.");
        } else {
            findings.ok("token-exchange", "These clients can exchange tokens: " + names(able) + ".");
        }
    }

    private static String names(List<ClientModel> clients) {
        String names =
                clients.stream().limit(MAX_NAMES).map(ClientModel::getClientId).collect(Collectors.joining(", "));
        return clients.size() > MAX_NAMES ? names + " and " + (clients.size() - MAX_NAMES) + " more" : names;
    }
}
