#!/bin/sh
# Print the path of a gVisor that carries our supervisor (of 2024 or newer), installing one where it can be had.
# Debian 12 has it in its backports only, so those are asked for this one package and stay unknown to apt otherwise.
set -eu
cd "$(dirname "$0")/../.."

. deploy/host/common.sh

is_recent() {
    release=$("$1" --version 2>/dev/null | sed -n 's/^runsc version [^0-9]*\(0\.0~\)\{0,1\}\([0-9]\{8\}\).*/\2/p')
    [ -n "$release" ] && [ "$release" -ge 20240101 ]
}

found=$(command -v runsc || true)
if [ -z "$found" ] || ! is_recent "$found"; then
    may_become_root || fail "gVisor of 2024 or newer is not installed, and installing it needs root"
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\) .*/\2/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
    [ -n "$mirror" ] || fail "no Debian mirror is known to apt here"
    lists=$(mktemp -d)
    trap 'rm -rf "$lists"' EXIT
    chmod 755 "$lists"
    printf 'deb %s %s main\ndeb %s %s-backports main\n' "$mirror" "$codename" "$mirror" "$codename" >"$lists/list"
    set -- -o Dir::Etc::sourcelist="$lists/list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
    say "installing gVisor from $codename-backports" >&2
    quietly as_root apt-get -qq "$@" update || fail "the backports of $codename could not be reached"
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" -o DPkg::Lock::Timeout=120 \
        --no-install-recommends install --yes -t "$codename-backports" runsc || fail "runsc could not be installed"
    found=$(command -v runsc) && is_recent "$found" || fail "the runsc that apt has is older than 2024"
fi
echo "$found"
