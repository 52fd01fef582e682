/**
 * Identity provider mappers: attributes, roles, groups and organizations from the ClassLink profile.
 * In: the profile of a login and the mapper's configuration.
 * Out: changes to the Keycloak user.
 */
package io.github.k12sso.classlink.mapper;
