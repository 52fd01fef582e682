/** A real Chromium browser and its page objects. */
package io.github.k12sso.classlink.it.support.browser;
