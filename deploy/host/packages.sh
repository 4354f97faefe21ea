# What the operating system must provide: a Python with venv, bubblewrap, libseccomp.

# Print the path of a Python 3.11 or newer; one that can make a virtual environment goes first.
# Version managers put shims on PATH that exist and yet fail, so each is asked, not looked at.
find_python() {
    for condition in 'import ensurepip, venv' 'pass'; do
        for name in python3 python3.13 python3.12 python3.11 python3.14; do
            "$name" -c "import sys; assert sys.version_info >= (3, 11); $condition; print(sys.executable)" \
                2>/dev/null && return
        done
    done
    return 1
}

missing_packages() {
    command -v bwrap >/dev/null || echo bubblewrap
    PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q 'libseccomp\.so\.2 ' || echo libseccomp2
    if python=$(find_python); then
        "$python" -c 'import ensurepip, venv' 2>/dev/null \
            || "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    else
        echo python3 python3-venv
    fi
}

install_packages() {
    # shellcheck disable=SC2046  # one argument per package is meant
    set -- $(missing_packages)
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing system packages (by their Debian names): $*" \
        "this machine has no apt-get: install them its own way, then run 'make setup' again"
    remedy="sudo apt-get update && sudo apt-get install --yes $*"
    may_become_root || fail "missing system packages: $*" "installing them needs root; run: $remedy"

    say "installing system packages: $*"
    quietly as_root apt-get -qq update || say "apt-get update failed; going on with the lists that are there"
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=120 install --yes "$@" \
        || fail "could not install: $*" "the words of apt-get are above; once mended, run: $remedy"

    # shellcheck disable=SC2046
    set -- $(missing_packages)
    [ $# -eq 0 ] || fail "still missing after installing: $*" \
        "verifierd needs Python 3.11 or newer, as Debian 12 and Ubuntu 24.04 have it"
}
