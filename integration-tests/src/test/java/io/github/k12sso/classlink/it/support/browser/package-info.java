/** A real Chromium, and the pages that it is led through. */
package io.github.k12sso.classlink.it.support.browser;
