package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Command line options for the switches. */
final class SwitchOptions {
    private SwitchOptions() {}

    static void addTo(CommandSpec command) {
        Switch.all().forEach(which -> which.option().ifPresent(option -> command.addOption(option(which, option))));
    }

    /**
     * Sets the switches whose options were given.
     *
     * @throws ParameterException if a lifetime is out of bounds
     */
    static void read(ParseResult arguments, SimulatorSettings.Builder settings) {
        for (Switch<?> which : Switch.all()) {
            Optional<Switch.Option> given = which.option().filter(option -> arguments.hasMatchedOption(option.name()));
            if (given.isPresent()) {
                String name = given.get().name();
                try {
                    turn(which, arguments.matchedOptionValue(name, null), settings);
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(
                            arguments.commandSpec().commandLine(), name + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static OptionSpec option(Switch<?> which, Switch.Option option) {
        OptionSpec.Builder spec = OptionSpec.builder(option.name()).description(option.description());
        Object byDefault = which.byDefault();
        if (byDefault instanceof Boolean) {
            return spec.type(boolean.class).build();
        }
        if (byDefault instanceof Duration duration) {
            return spec.type(int.class)
                    .defaultValue(Long.toString(duration.toSeconds()))
                    .build();
        }
        return spec.type(byDefault.getClass())
                .defaultValue(byDefault.toString())
                .build();
    }

    private static <T> void turn(Switch<T> which, Object given, SimulatorSettings.Builder settings) {
        String text = given.toString();
        if (which.byDefault() instanceof Boolean on) {
            text = Boolean.toString(!on);
        } else if (which.byDefault() instanceof Duration) {
            text = "PT" + given + "S";
        }
        settings.with(which, which.parse(text));
    }
}
