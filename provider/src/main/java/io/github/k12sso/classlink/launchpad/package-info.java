/**
 * LaunchPad tiles and the page after a logout.
 * In: a click on a tile, without a state or a code of our own.
 * Out: an ordinary login with ClassLink, and then the Home URL of the client that the tile opens.
 */
package io.github.k12sso.classlink.launchpad;
