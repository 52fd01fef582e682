package io.github.k12sso.classlink.exchange;

/** Ends an exchange. Carries nothing but the reason. */
final class ExchangeRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final ExchangeError error;

    ExchangeRefused(ExchangeError error) {
        super(error.description());
        this.error = error;
    }

    ExchangeError error() {
        return error;
    }
}
