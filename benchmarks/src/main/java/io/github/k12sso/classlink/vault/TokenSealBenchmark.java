package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.time.Instant;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encryption and decryption of a token record. */
@State(Scope.Thread)
public class TokenSealBenchmark {

    private final TokenCipher.Owner owner = new TokenCipher.Owner("realm-1", "classlink", "870001");
    private final KeyRing.Key key = KeyRing.Key.of("2026-11", new byte[32]);
    private final TokenRecord record = new TokenRecord(
            Optional.of(
                    new TokenSet("a".repeat(64), Optional.of("r".repeat(64)), Instant.ofEpochSecond(1_800_000_000L))),
            Optional.empty());
    private String sealed;

    @Setup
    public void encrypt() {
        sealed = TokenCipher.encrypt(record, owner, key);
    }

    @Benchmark
    public Object seal() {
        return TokenCipher.encrypt(record, owner, key);
    }

    @Benchmark
    public Object open() throws TokenCipher.Unreadable {
        return TokenCipher.decrypt(sealed, owner, id -> Optional.of(key));
    }
}
