#!/bin/sh
# Install system packages that a part of the service needs beyond those of `make setup`: install.sh PACKAGE...
set -eu
cd "$(dirname "$0")/../.."

. deploy/host/common.sh

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
may_become_root || fail "missing system packages:$missing" "installing them needs root; run: sudo apt-get install --yes$missing"
say "installing system packages:$missing"
quietly as_root apt-get -qq update || say "apt-get update failed; going on with the lists that are there"
# shellcheck disable=SC2086  # one argument per package is meant
quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=120 install --yes $missing \
    || fail "could not install:$missing" "the words of apt-get are above; once mended, run the command again"
