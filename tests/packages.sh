# SPDX-License-Identifier: MIT
# Sourced by tests/run.sh and .ci/run: makes sure that Debian packages are installed.

# need_packages <package>...
# Installs what is missing when run by root; otherwise prints the command to run, and fails.
need_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        echo "this is not Debian: taking it that these are here: $*" >&2
        return 0
    fi
    for package in "$@"; do
        if ! dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$'; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing packages. Install them with:" >&2
        echo "sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "${missing[@]}"
}
