package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.Bulkheads.Places;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider.ServerState;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.oneroster.gateway.RosterLimits;
import io.github.k12sso.classlink.oneroster.gateway.RosterState;
import io.github.k12sso.classlink.refresh.RefreshesInFlight;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.settings.Setting;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import io.github.k12sso.classlink.vault.Revocations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.keycloak.Config;
import org.keycloak.broker.provider.AbstractIdentityProviderFactory;
import org.keycloak.broker.social.SocialIdentityProviderFactory;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Registers the social identity provider {@value #PROVIDER_ID}. */
public final class ClassLinkIdentityProviderFactory extends AbstractIdentityProviderFactory<ClassLinkIdentityProvider>
        implements SocialIdentityProviderFactory<ClassLinkIdentityProvider>,
                ServerInfoAwareProviderFactory,
                KeycloakLine.Dependent {

    /** The provider id. */
    public static final String PROVIDER_ID = ClassLinkIdentityProviderConfig.PROVIDER_ID;

    /** Maximum size of the key file; thirty keys are under 3 KiB. */
    private static final long MAX_KEY_FILE_BYTES = 64L * 1024;

    private static final int MAX_CALLS = 1000;
    private static final String BUILD = "/io/github/k12sso/classlink/build.properties";

    private final Revocations revocations = new Revocations();
    private AllowedHosts allowedHosts = AllowedHosts.builtIn();
    private KeySource tokenKeys = KeySource.ofRealms();
    private Bulkheads bulkheads = bulkheads(name -> null, Places.DEFAULT_THREADS);
    private RefreshesInFlight refreshes = new RefreshesInFlight(bulkheads, Clocks.steady());
    private RosterState rosters = rosters(name -> null);
    private Set<String> metricsRealms = Set.of();

    @Override
    public String getId() {
        return PROVIDER_ID;
    }

    @Override
    public String getName() {
        return ClassLinkIdentityProviderConfig.PROVIDER_NAME;
    }

    /** Returns the version, for Keycloak's page "Server info". */
    @Override
    public Map<String, String> getOperationalInfo() {
        Properties build = new Properties();
        try (InputStream file = getClass().getResourceAsStream(BUILD)) {
            build.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> info = new LinkedHashMap<>();
        info.put("Version", build.getProperty("version"));
        info.put("Keycloak", build.getProperty("keycloak"));
        return info;
    }

    @Override
    public void init(Config.Scope options) {
        allowedHosts = AllowedHosts.with(options.get("allowedHosts"));
        tokenKeys = new KeySource(
                Optional.ofNullable(options.get("tokenKeyFile")).map(ClassLinkIdentityProviderFactory::keyFile),
                Optional.ofNullable(options.get("tokenKeyVaultEntry")));
        bulkheads = bulkheads(options::getInt, workerThreads(options));
        refreshes = new RefreshesInFlight(bulkheads, Clocks.steady());
        rosters = rosters(options::getInt);
        metricsRealms = MeasuredSeries.names(options.get("metricsRealms"));
    }

    /** Returns Keycloak's {@code http-pool-max-threads}. */
    private static int workerThreads(Config.Scope options) {
        Integer configured = options.root().getInt("http-pool-max-threads");
        return configured == null ? Places.DEFAULT_THREADS : configured;
    }

    private static Bulkheads bulkheads(Function<String, Integer> option, int threads) {
        Places shares = Places.of(threads);
        return new Bulkheads(
                new Places(
                        threads,
                        bound(option, "loginsWaiting", shares.logins()),
                        bound(option, "refreshesWaiting", shares.refreshes()),
                        bound(option, "rostersWaiting", shares.rosters())),
                Clocks.steady());
    }

    private static RosterState rosters(Function<String, Integer> option) {
        InstantSource clock = Clocks.steady();
        return new RosterState(
                new RosterLimits(
                        bound(option, "rosterCalls", RosterLimits.DEFAULT_PER_SERVER),
                        bound(option, "rosterCallsPerClient", RosterLimits.DEFAULT_PER_CLIENT),
                        bound(option, "rosterCallsPerDistrict", RosterLimits.DEFAULT_PER_DISTRICT),
                        clock),
                clock);
    }

    private static int bound(Function<String, Integer> option, String name, int byDefault) {
        Integer value = option.apply(name);
        if (value != null && (value < 1 || value > MAX_CALLS)) {
            throw new IllegalStateException("The option spi-social--classlink--"
                    + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT) + " must be a whole number from 1 to "
                    + MAX_CALLS);
        }
        return value == null ? byDefault : value;
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        KeycloakLine.readNotes();
        factory.register(new LinkRemovalListener(this));
        factory.register(new MetricsStart(metricsRealms));
    }

    @Override
    public void close() {
        revocations.close();
    }

    /**
     * Reads the key file. If it is invalid, Keycloak does not start, because it would encrypt with other keys and could
     * not decrypt stored records.
     */
    private static KeyRing keyFile(String path) {
        String option = "The key file of the option spi-social--classlink--token-key-file ";
        try {
            if (Files.size(Path.of(path)) > MAX_KEY_FILE_BYTES) {
                throw new IllegalStateException(option + "is larger than " + MAX_KEY_FILE_BYTES + " bytes: " + path);
            }
            return KeyRing.parse(Files.readString(Path.of(path)));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalStateException(
                    option + "cannot be read (" + e.getClass().getSimpleName() + "): " + path, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(option + "is invalid (" + path + "): " + e.getMessage(), e);
        }
    }

    @Override
    public ClassLinkIdentityProvider create(KeycloakSession session, IdentityProviderModel model) {
        Optional.ofNullable(session.getContext().getRealm()).ifPresent(MeasuredSeries::meet);
        return Chosen.CREATOR.create(
                session,
                new ClassLinkIdentityProviderConfig(model, allowedHosts),
                new ServerState(allowedHosts, tokenKeys, bulkheads, refreshes, revocations, rosters));
    }

    @Override
    public ClassLinkIdentityProviderConfig createConfig() {
        return new ClassLinkIdentityProviderConfig(allowedHosts);
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return Setting.form();
    }

    private static final class Chosen {

        private static final ClassLinkIdentityProvider.Creator CREATOR =
                KeycloakLine.implementationOf(ClassLinkIdentityProvider.Creator.class);

        private Chosen() {}
    }
}
