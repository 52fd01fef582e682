#!/usr/bin/env bash
# Runs the jar, built against the version of pom.xml, on the Keycloaks named, and writes their rows of docs/compatibility.md;
# the other rows stay.
#
#   bash integration-tests/compatibility.sh 26.5.6 26.7.0 26.7.3
set -euo pipefail
cd "$(dirname "$0")/.."

tests='InstallationIT,LoginIT*,CallbackIT*,TileLaunchIT,TokenExchangeIT*,TokenRefreshIT*,DisconnectIT*,RoleMapperIT*,GroupMapperIT*,UserAttributeMapperIT*,RosterGatewayIT*,MessagesIT'
page=docs/compatibility.md
java=$(java -version 2>&1 | head -1 | sed 's/.*"\(.*\)".*/\1/')
today=$(date +%F)

# Prints the page's rows with that of version $1 replaced by $2.
rows_with() {
  { grep -E '^\| [0-9]' "$page" | grep -vF "| $1 |" || true; echo "$2"; } | sort -V
}

if [ $# = 0 ]; then
  echo "Which Keycloaks? For example: bash integration-tests/compatibility.sh 26.7.0 26.7.3" >&2
  exit 2
fi

for version in "$@"; do
  log="integration-tests/target/compatibility-$version.log"
  mkdir -p integration-tests/target
  mvn -B -ntp -pl provider,simulator,demo,integration-tests verify "-Dkeycloak.dist.version=$version" "-Dit.test=$tests" \
    -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false > "$log" 2>&1 || true
  result=$(grep -Eo 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$' "$log" | tail -1 || true)
  # A version that does not exist, or a jar that does not compile, says nothing of a Keycloak.
  if ! grep -q 'failsafe.*:integration-test .*integration-tests' "$log"; then
    echo "$version: no test was begun, its row stays as it was: see $log" >&2
    exit 1
  fi
  if grep -q 'BUILD SUCCESS' "$log"; then
    works=yes
  else
    works=no
  fi
  echo "$version: $works. ${result:-It did not start: see $log}"
  rows=$(rows_with "$version" "| $version | $works | ${result:-Keycloak does not start with the jar} | $java | $today |")
  lowest=$(echo "$rows" | awk -F' *[|] *' '$3 == "yes" { print $2; exit }')
  cat > "$page" <<EOP
# Which Keycloaks does the jar run on?

Written by \`bash integration-tests/compatibility.sh\` with the versions to run: the jar, built once against the version of \`pom.xml\`, in
the real distributions from Maven Central. The tests are those of installation, login, tiles, exchange, refresh, disconnecting, mappers,
texts and rosters. Every build runs the whole suite on the version of \`pom.xml\`.

| Keycloak | works | tests | Java | on |
| --- | --- | --- | --- | --- |
$rows

**The lowest that works is ${lowest:-none of these}.** The jar uses interfaces that Keycloak calls internal and changes between minor versions; 26.7 changed the
exchange's (\`TokenExchangeProvider\`), the checks of scope and consent (\`TokenManager\`) and the address that restarts a login (\`Urls\`). What to do
when Keycloak moves: [upgrading.md](upgrading.md#when-keycloak-moves).
EOP
done
