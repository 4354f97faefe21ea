# What a user who is not root needs of root: a control group of their own, and leave to make user namespaces.
# Root needs neither. Without sudo both stay undone; `verifierd doctor` then says what the host cannot enforce.

USERNS_RESTRICTION=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
PROFILE=/etc/apparmor.d/verifierd-bwrap

bwrap_works() { bwrap --unshare-user --unshare-pid --ro-bind / / true 2>/dev/null; }

# Ubuntu 24.04 lets a program make user namespaces only if a profile says so.
allow_user_namespaces() {
    [ "$(cat "$USERNS_RESTRICTION" 2>/dev/null)" = 1 ] || return 0
    bwrap_works && return
    say "letting bubblewrap make user namespaces (AppArmor profile $PROFILE)"
    as_root cp deploy/host/apparmor-bwrap "$PROFILE"
    quietly as_root apparmor_parser --replace "$PROFILE" \
        || fail "could not load $PROFILE (the words of apparmor_parser are above)" \
            "bubblewrap needs it while $USERNS_RESTRICTION is 1"
}

# On cgroup v2 a user moves processes only within the own subtree, so process $1 is put there first.
delegate_cgroup() {
    quietly as_root .venv/bin/python -B -m sandboxes.delegate "$(id -un)" "$1" \
        || say "no control group for $(id -un) (see above): memory, processes and CPU time are not bounded here"
}

grant_user() {
    is_root && return
    if may_become_root; then
        allow_user_namespaces
        delegate_cgroup "$1"
    else
        say "neither root nor sudo: limits by control groups may be missing; .venv/bin/verifierd doctor tells"
    fi
}
