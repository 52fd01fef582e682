/** The jar, the release, realm files, Terraform, Kubernetes and Compose, and the migration of a realm. */
package io.github.k12sso.classlink.it.install;
