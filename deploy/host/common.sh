# Words and powers shared by the set-up scripts: how to speak, how to fail, how to act as root.

say() { printf 'setup: %s\n' "$*"; }

# Each argument is one line: what is wrong, then what to do.
fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# A password is asked for only where somebody can type one.
may_become_root() {
    is_root && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }
}

as_root() {
    if is_root; then "$@"; else sudo "$@"; fi
}

# Run a command whose output matters only if it fails.
quietly() {
    quietly_log=$(mktemp)
    quietly_status=0
    "$@" >"$quietly_log" 2>&1 || quietly_status=$?
    [ "$quietly_status" -eq 0 ] || cat "$quietly_log" >&2
    rm -f "$quietly_log"
    return "$quietly_status"
}
