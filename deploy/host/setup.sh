#!/bin/sh
# Prepare this machine and this checkout for `make run` and `make test`. Does nothing when nothing is missing.
# The argument is the process whose children will run the service; by default the one that calls.
set -eu
cd "$(dirname "$0")/../.."

. deploy/host/common.sh
. deploy/host/packages.sh
. deploy/host/venv.sh
. deploy/host/privileges.sh

# Two set-ups at once take turns, on the checkout itself so that no lock file is left behind.
exec 9<.
flock 9

install_packages
build_venv
grant_user "${1:-$PPID}"
