package io.github.k12sso.classlink.simulator.runtime;

/** What a roster service sends that wants to harm its reader, compressed with gzip. */
public enum HostileRoster {
    /** Nothing of the kind. */
    NONE,
    /** A row of arrays within each other. */
    DEEP_ROW,
    /** A row of 10 million empty arrays, 32 KiB on the wire. */
    WIDE_ROW,
    /** One text of 30 MB. */
    LONG_ROW,
    /** Rows whose members all have names of their own. */
    MANY_NAMES,
    /** Rows whose ids are a megabyte long. */
    LONG_IDS,
    /** The same rows at each offset, and always a next page. */
    SAME_ROWS,
    /** 100 MB of rows, 100 KB on the wire. */
    BOMB,
    /** Status 400, and a body like {@link #WIDE_ROW}. */
    WIDE_ERROR
}
