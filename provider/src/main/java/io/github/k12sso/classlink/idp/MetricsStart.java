package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.launchpad.TileLaunch;
import io.micrometer.core.instrument.Metrics;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Registers the metric series after server startup, for the realms in the option or for the first realms with a
 * ClassLink provider. The series of other realms start when their provider is first changed or used.
 */
final class MetricsStart implements ProviderEventListener {

    private static final Logger LOG = Logger.getLogger(MetricsStart.class);
    /** Maximum number of realms, and of providers per realm, that are checked. */
    private static final int MAX_SEARCHED = 200;

    private final Set<String> names;

    MetricsStart(Set<String> names) {
        this.names = names;
        MeasuredSeries.declare(Measurement.LOGINS, CallbackEndpoint.Result.values());
        MeasuredSeries.declare(Measurement.LOGINS, LoginRefused.Reason.values());
        MeasuredSeries.declare(Measurement.LAUNCHES, TileLaunch.Step.values());
    }

    @Override
    public void onEvent(ProviderEvent event) {
        // Pattern matching in switch needs Java 21; this runs on 17.
        if (event instanceof PostMigrationEvent started) {
            MeasuredSeries.begin(names);
            if (names.isEmpty() && !Metrics.globalRegistry.getRegistries().isEmpty()) {
                meetRealms(started.getFactory());
            }
        } else if (event instanceof RealmModel.IdentityProviderUpdatedEvent updated
                && isOurs(updated.getUpdatedIdentityProvider())) {
            MeasuredSeries.meet(updated.getRealm());
        }
    }

    private static void meetRealms(KeycloakSessionFactory factory) {
        try {
            KeycloakModelUtils.runJobInTransaction(
                    factory,
                    session -> session.realms()
                            .getRealmsStream()
                            .limit(MAX_SEARCHED)
                            .filter(realm -> hasProvider(session, realm))
                            .limit(MeasuredSeries.MAX_REALMS)
                            .forEach(MeasuredSeries::meet));
        } catch (RuntimeException e) {
            LOG.warnf(
                    "ClassLink metrics start at the first use of each realm because the realms could not be read: %s",
                    e.getClass().getName());
        }
    }

    private static boolean hasProvider(KeycloakSession session, RealmModel realm) {
        session.getContext().setRealm(realm);
        return session.identityProviders()
                .getAllStream(IdentityProviderQuery.any(), 0, MAX_SEARCHED)
                .anyMatch(MetricsStart::isOurs);
    }

    private static boolean isOurs(IdentityProviderModel model) {
        return ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId());
    }
}
