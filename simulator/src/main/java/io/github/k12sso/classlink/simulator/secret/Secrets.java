package io.github.k12sso.classlink.simulator.secret;

import java.util.Optional;
import java.util.function.Consumer;

/** Reports every secret that is issued or received, some more than once. Stores nothing. */
public final class Secrets {
    private volatile Consumer<Secret> listener = secret -> {};

    /** Sets the only listener. */
    public void tellTo(Consumer<Secret> other) {
        listener = other;
    }

    public void tell(Secret.SecretType kind, String text, Optional<String> redirectUri) {
        listener.accept(new Secret(kind, text, redirectUri));
    }
}
