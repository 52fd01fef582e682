#!/usr/bin/env bash
# Runs the default test tier on the given Keycloak versions, all with the same bytes of the jar, and writes their rows in the tables of
# README.md and docs/install/compatibility.md. Other rows stay. One run takes about five minutes.
#
#   bash integration-tests/compatibility.sh                             the versions that a release is tested on
#   bash integration-tests/compatibility.sh 26.8.2                      another version
#   bash integration-tests/compatibility.sh --java /usr/lib/jvm/X 26.7.4     with another Java at the server
#   bash integration-tests/compatibility.sh --uncached 26.7.4           user sessions not cached, the default in 26.8
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

# Writes the row $3 for Keycloak $2, on this Java, to the table between the marks of page $1.
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
  # A version that does not exist, or a jar that does not compile, is no result for a Keycloak version.
  if ! grep -q 'failsafe.*:integration-test .*integration-tests' "$log"; then
    echo "$version: no test started, so its row is unchanged. See $log" >&2
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
  echo "$version$label, Java $release: $works. ${result:-It did not start. See $log}"
  row="| $version$label | $works | ${result:-Keycloak does not start with the jar} | $release | $today |"
  write_row README.md "$version$label" "$row"
  write_row docs/install/compatibility.md "$version$label" "$row"
done
