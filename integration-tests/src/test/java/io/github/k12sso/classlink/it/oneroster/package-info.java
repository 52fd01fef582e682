/** The roster gateway and its clients. */
package io.github.k12sso.classlink.it.oneroster;
