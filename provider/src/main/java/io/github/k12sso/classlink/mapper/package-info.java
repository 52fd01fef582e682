/**
 * Identity provider mappers: attributes, roles, groups and organizations from the ClassLink profile. Protocol mappers:
 * claims and SAML attributes with the user's classes. In: the profile and the classes of a login, and the mapper's
 * configuration. Out: changes to the Keycloak user and to the user session; claims and SAML attributes.
 */
package io.github.k12sso.classlink.mapper;
