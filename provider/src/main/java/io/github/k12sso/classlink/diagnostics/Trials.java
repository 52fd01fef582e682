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
 * The trial sign-ins of one provider, where every node of the cluster sees them (Keycloak's store for single-use objects). Of a
 * link only a hash is stored, and of a sign-in only the report, which has no token, code or secret.
 */
public final class Trials {

    /** A link's life, unless the administrator asks for another one. */
    public static final Duration DEFAULT_LIFESPAN = Duration.ofMinutes(10);

    public static final Duration MIN_LIFESPAN = Duration.ofSeconds(10);
    public static final Duration MAX_LIFESPAN = Duration.ofDays(7);

    /** A report can be read for so long after its link has expired. */
    static final Duration KEPT = Duration.ofHours(24);
    /** Trials of one realm that are kept at once. */
    static final int MAX_PER_REALM = 100;

    private static final int MAX_REPORT = 64 * 1024;
    private static final int ID_LENGTH = 22;
    private static final int SECRET_LENGTH = 43;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SingleUseObjectProvider store;
    private final String prefix;
    private final String realmPrefix;
    private final InstantSource clock;

    /** Those of a provider. */
    public Trials(KeycloakSession session, String alias, InstantSource clock) {
        this.store = session.singleUseObjects();
        this.realmPrefix = "classlink-trial:" + session.getContext().getRealm().getId() + ":";
        this.prefix = realmPrefix + alias + ":";
        this.clock = clock;
    }

    /** Whether somebody has signed in with the link. */
    public enum Status {
        OPEN,
        DONE,
        EXPIRED;

        /** As it stands in the answer. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A part of a report.
     *
     * @param name constant, so that a script can look for it
     * @param status {@code ok}, {@code warning} or {@code failed}
     * @param values what was seen, by constant names or by the names that ClassLink uses
     */
    public record Step(String name, String status, Map<String, String> values) {}

    /** A trial as an administrator sees it. */
    public record Trial(String id, Status status, Instant expiresAt, List<Step> steps) {}

    /**
     * A new trial.
     *
     * @param key for the link; it is not stored, and cannot be had again
     */
    public record Created(String id, String key, Instant expiresAt) {}

    /** A new trial; empty if the realm has too many. */
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

    /** Empty if there is no such trial, or it is forgotten. */
    public Optional<Trial> find(String id) {
        return notes(id).map(notes -> trial(id, notes));
    }

    /** The trial that a link is for. */
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

    /** Ends a trial for all nodes: true for one caller only, who then {@linkplain #report reports}. */
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

    /** A report that is too long loses steps before its last one, which is the result. */
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
            throw new IllegalStateException("Steps are texts", e);
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
            throw new IllegalStateException("A report that was stored can be read", e);
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
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
