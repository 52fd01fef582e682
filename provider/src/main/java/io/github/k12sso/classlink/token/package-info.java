/** The tokens ClassLink issued for a person: read, kept, handed out while they live. */
package io.github.k12sso.classlink.token;
