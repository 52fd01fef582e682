/**
 * HTTP calls to ClassLink with allowed hosts, deadlines, size limits and metrics. In: a URL with a form or a bearer
 * token. Out: JSON, or a failure whose message is safe to log.
 */
package io.github.k12sso.classlink.http;
