/** Every HTTP call to ClassLink: allow-list, deadlines, size limits, redaction. Knows nothing of users. */
package io.github.k12sso.classlink.upstream;
