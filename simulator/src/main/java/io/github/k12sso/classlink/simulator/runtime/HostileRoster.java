package io.github.k12sso.classlink.simulator.runtime;

/** Responses of a malicious roster service, compressed with gzip. */
public enum HostileRoster {
    /** Regular responses. */
    NONE,
    /** A row of deeply nested arrays. */
    DEEP_ROW,
    /** A row of 10 million empty arrays, 32 KiB compressed. */
    WIDE_ROW,
    /** One string of 30 MB. */
    LONG_ROW,
    /** Rows whose field names are all different. */
    MANY_NAMES,
    /** Rows with ids of one megabyte. */
    LONG_IDS,
    /** The same rows at each offset, always with a next page. */
    SAME_ROWS,
    /** 100 MB of rows, 100 KB compressed. */
    BOMB,
    /** Status 400, and a body like {@link #WIDE_ROW}. */
    WIDE_ERROR
}
