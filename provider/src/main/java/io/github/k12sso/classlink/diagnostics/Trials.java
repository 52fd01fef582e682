package io.github.k12sso.classlink.diagnostics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/**
 * The trial sign-ins of one provider, in Keycloak's cluster-wide store of single-use objects. Only a hash of the link
 * and the report are stored. The report contains no tokens, codes or secrets.
 */
public final class Trials {

    /** Default lifetime of a link. */
    public static final Duration DEFAULT_LIFESPAN = Duration.ofMinutes(10);

    public static final Duration MIN_LIFESPAN = Duration.ofSeconds(10);
    public static final Duration MAX_LIFESPAN = Duration.ofDays(7);

    /** How long a report is kept after its link expires. */
    static final Duration KEPT = Duration.ofHours(24);
    /** Maximum number of stored trials per realm. */
    static final int MAX_PER_REALM = 100;

    private static final int MAX_REPORT = 64 * 1024;
    private static final int ID_LENGTH = 22;
    private static final int SECRET_LENGTH = 43;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SingleUseObjectProvider store;
    private final String prefix;
    private final String realmPrefix;
    private final InstantSource clock;

    /** Creates the trials of one provider. */
    public Trials(KeycloakSession session, String alias, InstantSource clock) {
        this.store = session.singleUseObjects();
        this.realmPrefix = "classlink-trial:" + session.getContext().getRealm().getId() + ":";
        this.prefix = realmPrefix + alias + ":";
        this.clock = clock;
    }

    /** The status of a trial. */
    public enum Status {
        OPEN,
        DONE,
        EXPIRED;

        /** Returns the value in the response. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A step of a report.
     *
     * @param name a constant for scripts
     * @param status {@code ok}, {@code warning} or {@code failed}
     * @param values the observed values, by constant names or ClassLink's names
     */
    public record Step(String name, String status, Map<String, String> values) {}

    /** A trial as shown to the administrator. */
    public record Trial(String id, Status status, Instant expiresAt, List<Step> steps) {}

    /**
     * A new trial.
     *
     * @param key for the link; not stored, so it cannot be retrieved later
     */
    public record Created(String id, String key, Instant expiresAt) {}

    /** Creates a trial; empty if the realm has too many. */
    public Optional<Created> create(Duration lifespan) {
        long kept = lifespan.plus(KEPT).toSeconds();
        boolean free = IntStream.range(0, MAX_PER_REALM).anyMatch(slot -> store.putIfAbsent(realmPrefix + slot, kept));
        if (!free) {
            return Optional.empty();
        }
        String id = SecretGenerator.getInstance().randomString(ID_LENGTH);
        String secret = SecretGenerator.getInstance().randomString(SECRET_LENGTH);
        Instant expiresAt = Instant.ofEpochSecond(clock.instant().plus(lifespan).getEpochSecond());
        store.put(
                prefix + id,
                kept,
                Map.of("secret", hash(secret), "expires", String.valueOf(expiresAt.getEpochSecond())));
        store.put(open(id), lifespan.toSeconds(), Map.of("open", "true"));
        return Optional.of(new Created(id, id + "." + secret, expiresAt));
    }

    /** Finds a trial; empty if it does not exist or was deleted. */
    public Optional<Trial> find(String id) {
        return notes(id).map(notes -> trial(id, notes));
    }

    /** Finds the trial of a link. */
    public Optional<Trial> ofLink(String key) {
        if (key == null || !key.matches("[A-Za-z0-9]{1,64}\\.[A-Za-z0-9]{1,256}")) {
            return Optional.empty();
        }
        String[] parts = key.split("\\.", 2);
        return notes(parts[0])
                .filter(notes -> MessageDigest.isEqual(
                        notes.get("secret").getBytes(StandardCharsets.US_ASCII),
                        hash(parts[1]).getBytes(StandardCharsets.US_ASCII)))
                .map(notes -> trial(parts[0], notes));
    }

    /**
     * Marks a trial as used, cluster-wide. Returns true for exactly one caller, who must then {@linkplain #report
     * report}.
     */
    public boolean use(Trial trial) {
        return trial.status() == Status.OPEN && store.remove(open(trial.id())) != null;
    }

    /** Stores the report of a trial. */
    public Trial report(Trial trial, List<Step> steps) {
        String report = write(steps);
        Map<String, String> old = notes(trial.id()).orElseThrow();
        store.put(
                prefix + trial.id(),
                Duration.between(clock.instant(), trial.expiresAt().plus(KEPT)).toSeconds(),
                Map.of("secret", old.get("secret"), "expires", old.get("expires"), "report", report));
        return new Trial(trial.id(), Status.DONE, trial.expiresAt(), steps);
    }

    /** Serializes a report. If it is too long, drops steps but keeps the last one, which is the result. */
    static String write(List<Step> steps) {
        try {
            List<Step> kept = new ArrayList<>(steps);
            String report = JSON.writeValueAsString(kept);
            while (report.length() > MAX_REPORT && kept.size() > 1) {
                kept.remove(kept.size() - 2);
                report = JSON.writeValueAsString(kept);
            }
            return report;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Steps contain only strings", e);
        }
    }

    private Optional<Map<String, String>> notes(String id) {
        return Optional.ofNullable(store.get(prefix + id));
    }

    private Trial trial(String id, Map<String, String> notes) {
        Instant expiresAt = Instant.ofEpochSecond(Long.parseLong(notes.get("expires")));
        String report = notes.get("report");
        if (report != null) {
            return new Trial(id, Status.DONE, expiresAt, read(report));
        }
        boolean open = clock.instant().isBefore(expiresAt) && store.contains(open(id));
        return new Trial(id, open ? Status.OPEN : Status.EXPIRED, expiresAt, List.of());
    }

    static List<Step> read(String report) {
        try {
            return JSON.readValue(report, new TypeReference<List<Step>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored report must be readable", e);
        }
    }

    private String open(String id) {
        return prefix + id + ":open";
    }

    private static String hash(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }
}
