/** The demo app in a browser. */
package io.github.k12sso.classlink.it.demo;
