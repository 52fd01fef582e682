package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.time.Instant;

/** Who the browser belongs to, and since when. */
public record SignedIn(Persona persona, Instant since) {}
