/**
 * Every HTTP call to ClassLink: allowed hosts, deadlines, size limits, metrics.
 * In: a URL, and a form or a bearer token.
 * Out: JSON, or a failure whose message is safe to log.
 */
package io.github.k12sso.classlink.http;
