package io.github.k12sso.classlink.vault;

/**
 * A stored record does not open: its key is gone, it was moved here from another row, or it is damaged. The person has to
 * log in again; the record stays, because the key may come back. The message is made of constants and a key's id.
 */
final class RecordUnreadable extends Exception {

    private static final long serialVersionUID = 1L;

    RecordUnreadable(String message) {
        super(message);
    }
}
