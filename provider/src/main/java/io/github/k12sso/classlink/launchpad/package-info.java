/**
 * LaunchPad tiles and the page after a logout. In: a request from a tile, with an unsolicited code and no state. Out: a
 * regular ClassLink login, then a redirect to the Home URL of the tile's client.
 */
package io.github.k12sso.classlink.launchpad;
