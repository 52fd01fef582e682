/** Tile launches from LaunchPad, and logout. */
package io.github.k12sso.classlink.it.launchpad;
