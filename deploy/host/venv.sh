# .venv: the pinned packages and the three distributions of this repository, all or nothing.

STAMP=.venv/verifierd-setup

# All that decides what is in .venv, and where it lies: a virtual environment cannot be moved.
venv_digest() {
    { pwd; cat requirements/dev.lock pyproject.toml proto/pyproject.toml clients/python/pyproject.toml; } \
        | sha256sum | cut -d ' ' -f 1
}

venv_is_current() {
    [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(venv_digest)" ] && .venv/bin/python -c '' 2>/dev/null
}

venv_pip() {
    .venv/bin/python -m pip --quiet --no-input --disable-pip-version-check install "$@"
}

build_venv() {
    venv_is_current && return
    python=$(find_python)
    say "building .venv with $("$python" --version) and the versions in requirements/dev.lock"
    trap 'rm -rf .venv' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    rm -rf .venv
    quietly "$python" -m venv .venv \
        || fail "$python could not make a virtual environment (its words are above)" \
            "on Debian and Ubuntu this installs what it needs: sudo apt-get install --yes python3-venv"
    # Wheels only: nothing is compiled, and no package's own code runs while it is installed.
    venv_pip --require-hashes --only-binary :all: -r requirements/dev.lock \
        || fail "could not install the Python packages (pip's words are above); no .venv is left behind" \
            "where the package index is not reached directly, set PIP_INDEX_URL or a proxy; then run: make setup"
    quietly venv_pip --no-deps --no-build-isolation -e proto -e clients/python -e . \
        || fail "could not install this repository's own packages (pip's words are above); no .venv is left behind" \
            "check the pyproject.toml files against a clean checkout; then run: make setup"
    venv_digest >"$STAMP"
    trap - EXIT INT TERM
}
