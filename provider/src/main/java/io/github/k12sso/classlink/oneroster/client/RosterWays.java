package io.github.k12sso.classlink.oneroster.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.Listing.Answer;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds for each question the first endpoint ("way") that a district's roster service supports, and remembers which
 * ways it supports. A 404 can mean an unsupported path or an unknown user or class; reading the user or class
 * distinguishes the two.
 */
public final class RosterWays {

    private final SourceLists lists;
    private final Support remembered;
    private final String district;
    private final Set<Way> working = EnumSet.noneOf(Way.class);

    /**
     * Creates the ways for one request.
     *
     * @param remembered the ways that this node has tried
     * @param district key of the service, with everything that its responses depend on
     */
    public RosterWays(SourceLists lists, Support remembered, String district) {
        this.lists = lists;
        this.remembered = remembered;
        this.district = district;
    }

    /** A kind of request that not every service supports. */
    enum Way {
        USERS_CLASSES,
        STUDENTS_CLASSES,
        TEACHERS_CLASSES,
        CLASSES_STUDENTS,
        CLASSES_TEACHERS,
        SCHOOLS_CLASSES_ENROLLMENTS,
        ENROLLMENTS_BY_USER,
        ENROLLMENTS_BY_CLASS,
        STUDENTS_BY_AGENT,
        /** A single object in the collection of its type. */
        OBJECT,
        STUDENT,
        TEACHER;

        private boolean isFilter() {
            return this == ENROLLMENTS_BY_USER || this == ENROLLMENTS_BY_CLASS || this == STUDENTS_BY_AGENT;
        }

        private boolean isSingle() {
            return this == OBJECT || this == STUDENT || this == TEACHER;
        }
    }

    /** A question and the ways to answer it, in order of preference. */
    static final class Question {

        private final Optional<Listing> subject;
        private final boolean own;
        private final Map<Way, Listing> ways = new LinkedHashMap<>();

        /**
         * Creates a question without ways.
         *
         * @param subject a request that shows whether the user or class exists
         * @param own whether it is about the caller or the caller's classes; an invalid ID from the caller must not
         *     affect what is remembered about the service
         */
        private Question(Optional<Listing> subject, boolean own) {
            this.subject = subject;
            this.own = own;
        }

        static Question about(String collection, String id) {
            return new Question(Listing.of(collection, id), id.matches("[A-Za-z0-9._-]+"));
        }

        static Question aboutOther(String collection, String id) {
            return new Question(Listing.of(collection, id), false);
        }

        static Question withoutSubject() {
            return new Question(Optional.empty(), false);
        }

        /** Adds a way, unless the ID is invalid. */
        Question way(Way way, Optional<Listing> listing) {
            listing.ifPresent(each -> ways.put(way, each));
            return this;
        }
    }

    /** The rows from a way; none if the user or class does not exist. */
    record Solved(Way way, List<Row> rows) {

        /** Returns whether the rows are enrollments and not users. */
        boolean isOfEnrollments() {
            return way == Way.SCHOOLS_CLASSES_ENROLLMENTS || way == Way.ENROLLMENTS_BY_CLASS;
        }
    }

    boolean know(Collection<Listing> listings) {
        return lists.know(listings);
    }

    Solved require(Question question, String what) throws RosterFailure {
        return requireAll(List.of(question), what).get(0);
    }

    /** @param what completes the sentence "The roster service has no request for …" */
    List<Solved> requireAll(List<Question> questions, String what) throws RosterFailure {
        List<Solved> all = new ArrayList<>();
        for (Optional<Solved> solved : solve(questions)) {
            all.add(solved.orElseThrow(() -> lacking(what)));
        }
        return all;
    }

    static RosterFailure lacking(String what) {
        return new RosterFailure(
                Reason.SOURCE_LACKS, "The roster service has no request for " + what + ". The query is correct");
    }

    /**
     * Returns the answers in the order of the questions; empty where no way is supported. A way that is not known to
     * work is tried with one question first.
     */
    List<Optional<Solved>> solve(List<Question> questions) throws RosterFailure {
        Map<Question, Solved> solved = new HashMap<>();
        Map<Question, Set<Way>> failed = new HashMap<>();
        questions.forEach(question -> failed.put(question, EnumSet.noneOf(Way.class)));
        while (true) {
            Map<Question, Way> round = round(questions, solved, failed);
            if (round.isEmpty()) {
                return questions.stream()
                        .map(question -> Optional.ofNullable(solved.get(question)))
                        .toList();
            }
            Map<Question, Answer> answers = read(round);
            noteWorking(round, answers);
            Set<Question> missing = missing(round, answers);
            answers.forEach((question, answer) -> {
                Way way = round.get(question);
                if (answer.lacking() == null) {
                    solved.put(question, new Solved(way, answer.rows()));
                } else if (missing.contains(question) || isEmptyList(way, answer)) {
                    solved.put(question, new Solved(way, List.of()));
                } else {
                    failed.get(question).add(way);
                }
            });
        }
    }

    private void noteWorking(Map<Question, Way> round, Map<Question, Answer> answers) {
        answers.forEach((question, answer) -> {
            if (answer.lacking() == null && working.add(round.get(question))) {
                remembered.put(district, round.get(question), true);
            }
        });
    }

    /** Handles services that return 404 instead of an empty list. */
    private boolean isEmptyList(Way way, Answer answer) {
        return working.contains(way) && answer.lacking() == Reason.UNKNOWN_OBJECT;
    }

    private Map<Question, Way> round(
            List<Question> questions, Map<Question, Solved> solved, Map<Question, Set<Way>> failed) {
        Map<Question, Way> round = new LinkedHashMap<>();
        Set<Way> tried = EnumSet.noneOf(Way.class);
        for (Question question : questions) {
            Optional<Way> next = solved.containsKey(question)
                    ? Optional.empty()
                    : question.ways.keySet().stream()
                            .filter(way -> !failed.get(question).contains(way))
                            .filter(way -> !remembered.is(district, way, false))
                            .findFirst();
            next.filter(way -> working.contains(way)
                            || way.isSingle()
                            || remembered.is(district, way, true)
                            || tried.add(way))
                    .ifPresent(way -> round.put(question, way));
        }
        return round;
    }

    private Map<Question, Answer> read(Map<Question, Way> round) throws RosterFailure {
        Set<Listing> listings = new HashSet<>();
        round.forEach((question, way) -> listings.add(question.ways.get(way)));
        Map<Listing, Answer> read = lists.read(listings);
        Map<Question, Answer> answers = new HashMap<>();
        round.forEach((question, way) -> answers.put(question, read.get(question.ways.get(way))));
        return answers;
    }

    /** Returns the questions whose user or class does not exist. For the others, the way is unsupported. */
    private Set<Question> missing(Map<Question, Way> round, Map<Question, Answer> answers) throws RosterFailure {
        Set<Question> missing = new HashSet<>();
        Map<Question, Listing> subjects = new HashMap<>();
        for (Map.Entry<Question, Answer> each : answers.entrySet()) {
            Question question = each.getKey();
            Reason lacking = each.getValue().lacking();
            Way way = round.get(question);
            if (lacking == null || way.isFilter() || lacking == Reason.SOURCE_LACKS) {
                continue;
            }
            if (way.isSingle() && lacking == Reason.UNKNOWN_OBJECT) {
                missing.add(question);
            } else if (!way.isSingle() && question.subject.isPresent() && !isEmptyList(way, each.getValue())) {
                subjects.put(question, question.subject.get());
            }
        }
        Map<Listing, Answer> read = lists.read(new HashSet<>(subjects.values()));
        for (Map.Entry<Question, Listing> each : subjects.entrySet()) {
            if (read.get(each.getValue()).lacking() == Reason.UNKNOWN_OBJECT) {
                missing.add(each.getKey());
            }
        }
        for (Map.Entry<Question, Answer> each : answers.entrySet()) {
            Question question = each.getKey();
            Way way = round.get(question);
            if (each.getValue().lacking() != null
                    && !missing.contains(question)
                    && question.own
                    && !working.contains(way)) {
                remembered.put(district, way, false);
            }
        }
        return missing;
    }

    /**
     * The ways that districts' services support and do not support, remembered on this node for some hours. A way that
     * a service no longer supports costs one round of calls, after which it is remembered as unsupported.
     */
    public static final class Support {

        static final Duration TTL = Duration.ofHours(6);
        static final int MAX_ENTRIES = 10_000;

        private final Cache<String, Boolean> ways;

        /** @param ticker the node's clock */
        public Support(Ticker ticker) {
            this.ways = Caffeine.newBuilder()
                    .expireAfterWrite(TTL)
                    .maximumSize(MAX_ENTRIES)
                    .ticker(ticker)
                    .executor(Runnable::run)
                    .build();
        }

        private boolean is(String district, Way way, boolean supported) {
            return Boolean.valueOf(supported).equals(ways.getIfPresent(district + " " + way));
        }

        private void put(String district, Way way, boolean supported) {
            ways.put(district + " " + way, supported);
        }
    }
}
