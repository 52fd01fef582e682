/** Everything that can go wrong at ClassLink, and every call that it can go wrong in. */
package io.github.k12sso.classlink.it.badday;
