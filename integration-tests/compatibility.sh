#!/usr/bin/env bash
# Runs the default tier of tests on the Keycloaks named, all with the same bytes of the jar, and writes their rows of the tables in
# README.md and docs/install/compatibility.md; the other rows stay. One run takes about five minutes.
#
#   bash integration-tests/compatibility.sh                             the versions that a release is proved on
#   bash integration-tests/compatibility.sh 26.8.2                      one more, or another
#   bash integration-tests/compatibility.sh --java /usr/lib/jvm/X 26.7.4     with another Java at the server
#   bash integration-tests/compatibility.sh --uncached 26.7.4           with user sessions that are not cached, 26.8's default
set -euo pipefail
cd "$(dirname "$0")/.."

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
java=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.home = //p')
options=
label=
while [[ ${1:-} = --* ]]; do
  case $1 in
    --java) java=$2; shift 2 ;;
    --uncached) options=--spi-user-sessions--infinispan--use-caches=false label=", sessions not cached"; shift ;;
    *) sed -n '2,8p' "$0" >&2; exit 2 ;;
  esac
done
versions=("$@")
if [ $# = 0 ]; then
  versions=(26.6.4 26.7.0 26.7.4 26.7.5)
fi
release=$("$java/bin/java" -version 2>&1 | head -1 | sed 's/.*"\(.*\)".*/\1/')
today=$(date +%F)
bytes=
mkdir -p integration-tests/target

# Puts the row $3 of the Keycloak $2, on this Java, into the table of page $1, between the marks.
write_row() {
  local rows
  rows=$({
    sed -n '/<!-- keycloaks -->/,/<!-- end -->/p' "$1" | grep -E '^\| [0-9]' |
      awk -F ' *[|] *' -v keycloak="$2" -v java="${release%%.*}" \
        '!($2 == keycloak && ($5 == "" || $5 == java || index($5, java ".") == 1))' || true
    echo "$3"
  } | sort -V)
  awk -v rows="$rows" '
    /<!-- keycloaks -->/ { inside = 1 }
    inside && /^\| [0-9]/ { next }
    /<!-- end -->/ && inside { print rows "\n"; inside = 0 }
    inside && /^$/ && seen { next }
    inside && /^\| ---/ { seen = 1 }
    { print }' "$1" > "$1.new"
  mv "$1.new" "$1"
}

for version in "${versions[@]}"; do
  log="integration-tests/target/compatibility-$version.log"
  mvn -B -ntp -pl provider,simulator,demo,integration-tests verify "-Dkeycloak.dist.version=$version" \
    "-Dkeycloak.java.home=$java" "-Dkeycloak.options=$options" \
    -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false > "$log" 2>&1 || true
  # A version that does not exist, or a jar that does not compile, says nothing of a Keycloak.
  if ! grep -q 'failsafe.*:integration-test .*integration-tests' "$log"; then
    echo "$version: no test was begun, its row stays as it was: see $log" >&2
    exit 1
  fi
  sum=$(sha256sum provider/target/keycloak-classlink-*.jar | grep -v -e -sources -e -javadoc | cut -d' ' -f1)
  if [ -n "$bytes" ] && [ "$sum" != "$bytes" ]; then
    echo "$version: the jar differs from the previous runs, so the row is not written" >&2
    exit 1
  fi
  bytes=$sum
  result=$(grep -Eo 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$' "$log" | tail -1 || true)
  works=no
  if grep -q 'BUILD SUCCESS' "$log"; then
    works=yes
  fi
  echo "$version$label, Java $release: $works. ${result:-It did not start: see $log}"
  row="| $version$label | $works | ${result:-Keycloak does not start with the jar} | $release | $today |"
  write_row README.md "$version$label" "$row"
  write_row docs/install/compatibility.md "$version$label" "$row"
done
