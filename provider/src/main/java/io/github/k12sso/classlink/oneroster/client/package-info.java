/**
 * Calls to the district's OneRoster service: credentials, paging, retries. In: a request allowed by the policy. Out:
 * its rows, or a failure with a reason.
 */
package io.github.k12sso.classlink.oneroster.client;
