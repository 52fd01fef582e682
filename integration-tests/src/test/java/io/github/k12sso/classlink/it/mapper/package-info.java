/** The mappers, and the examples in the docs. */
package io.github.k12sso.classlink.it.mapper;
