/** From what ClassLink said at this login to a Keycloak user: attributes, roles, groups, organization. */
package io.github.k12sso.classlink.mapper;
