/** Tests of the documentation: links, headings, the comparison with the built-in broker. */
package io.github.k12sso.classlink.it.documentation;
