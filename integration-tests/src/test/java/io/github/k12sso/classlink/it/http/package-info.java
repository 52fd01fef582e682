/** Calls to ClassLink: allowed hosts and metrics. */
package io.github.k12sso.classlink.it.http;
