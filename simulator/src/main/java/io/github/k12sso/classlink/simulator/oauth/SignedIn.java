package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.time.Instant;

/** The user of a browser session and the time of sign-in. */
public record SignedIn(Persona persona, Instant since) {}
