package io.github.k12sso.classlink.texts;

import io.github.k12sso.classlink.Messages;
import io.github.k12sso.classlink.texts.JavaTexts.JavaText;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every message that a user, an administrator, an app or the log can show, by the section of the message index that lists it. */
final class ShownMessages {

    private static final String LOG = "Server log";
    private static final String EXCHANGE = "Token exchange and brokering API";
    private static final String GATEWAY = "OneRoster gateway";
    private static final String CONSOLE = "Admin console";
    private static final String START = "Start and build";

    /**
     * @param section heading of the index
     * @param text as it is shown, without HTML, and with {@link JavaTexts#VARIABLE} for each value
     * @param source simple name of the class, or key of the bundle
     */
    record Message(String section, String text, String source) implements Comparable<Message> {

        @Override
        public int compareTo(Message other) {
            return Comparator.comparing(Message::section)
                    .thenComparing(Message::text)
                    .compare(this, other);
        }
    }

    /** A text of a file that matches, used as the pattern says, is shown where the section says. */
    private record Rule(String section, Pattern file, Pattern use) {

        Rule(String section, String file, String use) {
            this(section, Pattern.compile(file), Pattern.compile(use));
        }

        boolean applies(JavaText text) {
            return file.matcher(source(text)).matches()
                    && use.matcher(text.use()).matches();
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule(LOG, ".*", "call .*LOG\\.(warn|error)f?"),
            new Rule(
                    LOG,
                    ".*",
                    "new (BrokenPage|Unreadable|Profile\\.Unreadable|LoginRefused|UpstreamFailure\\.\\w*(?<!HostNotAllowed))"),
            new Rule(LOG, "KeySource|UpstreamFailure", "new Unavailable|variable what|call super"),
            new Rule(LOG, "Circuit|Bulkheads|LoginService", "call Bulkheads\\.rejected|variable (full|why)"),
            new Rule(EXCHANGE, "ExchangeRefused", "new (ExchangeRefused|Reason)"),
            new Rule(
                    GATEWAY,
                    ".*",
                    "new (RosterFailure|Refusal|InvalidRequest|UnusableRow)|call InvalidRequest\\.(query|filter)"),
            new Rule(GATEWAY, "RosterLimits", "statement"),
            new Rule(CONSOLE, "AllowedHosts", "new UpstreamFailure\\.HostNotAllowed|call Optional\\.of"),
            new Rule(CONSOLE, "AdminResource", "call (error|Map\\.of)"),
            new Rule(
                    CONSOLE,
                    "Setting\\w+|\\w+Template|\\w+Mapper|TenantAllowList",
                    "new IllegalArgumentException|call requirePresent"),
            new Rule(CONSOLE, ".*", "new ProtocolMapperConfigException"),
            new Rule(START, "KeySource", "new IllegalArgumentException"),
            new Rule(START, "ClassLinkIdentityProviderFactory|MeasuredSeries", "new IllegalStateException"));

    private ShownMessages() {}

    /** By section, in the order of the texts. */
    static Map<String, Set<Message>> all() {
        return Stream.concat(pages(), code())
                .collect(Collectors.groupingBy(
                        Message::section, TreeMap::new, Collectors.toCollection((Supplier<Set<Message>>)
                                TreeSet::new)));
    }

    private static Stream<Message> pages() {
        return Messages.english().entrySet().stream()
                .filter(text -> text.getKey().matches("classlink\\.(error|loggedOut|trial)\\..*"))
                .filter(text -> text.getValue().matches("(?s).*[.!?](<.*)?"))
                .map(text -> new Message(
                        text.getKey().endsWith(".linking") ? "Account console and linking" : "Sign-in pages",
                        plain(text.getValue()),
                        text.getKey()));
    }

    private static Stream<Message> code() {
        return JavaTexts.of(SourceFiles.under("provider/src/main/java", ".java")).stream()
                .filter(text -> text.value().matches("(?s).*[a-zA-Z]{2}.* .*[a-zA-Z]{2}.*"))
                .flatMap(text -> RULES.stream()
                        .filter(rule -> rule.applies(text))
                        .map(rule -> new Message(rule.section(), shown(text.value()), source(text))));
    }

    /** The first paragraph: the second one is the same on every page. */
    private static String plain(String html) {
        return shown(html.split("<br><br>", 2)[0].replaceAll("<[^>]*>", ""));
    }

    private static String shown(String text) {
        return text.replaceAll("%[sd]|\\{[0-9]*}", JavaTexts.VARIABLE)
                .replaceAll("…+", JavaTexts.VARIABLE)
                .strip();
    }

    private static String source(JavaText text) {
        return text.file().getFileName().toString().replace(".java", "");
    }
}
