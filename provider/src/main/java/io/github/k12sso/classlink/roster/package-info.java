/** The OneRoster gateway: the resource that apps call, its checks and limits, and the one place where failures become HTTP. */
package io.github.k12sso.classlink.roster;
