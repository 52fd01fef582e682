package io.github.k12sso.classlink.simulator.secret;

import java.util.Optional;
import java.util.function.Consumer;

/** Tells every secret as it is issued or received, some more than once. Nothing is kept. */
public final class Secrets {
    private volatile Consumer<Secret> listener = secret -> {};

    /** From now on; there is one listener. */
    public void tellTo(Consumer<Secret> other) {
        listener = other;
    }

    public void tell(Secret.SecretType kind, String text, Optional<String> redirectUri) {
        listener.accept(new Secret(kind, text, redirectUri));
    }
}
