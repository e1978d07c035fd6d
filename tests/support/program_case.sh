# SPDX-License-Identifier: MIT
# What scripts that use a program as people do have in common; sourced by them. They set $program,
# and define case_<name> functions; `complained` may say what stderr may hold.

fail() {
    echo "  FAILED: $1" >&2
    exit 1
}

skip() {
    echo "  skipped: $1"
    exit 77
}

# execute ARGUMENT...: leaves $code, and what was printed in the files stdout and stderr.
execute() {
    code=0
    "$program" "$@" >stdout 2>stderr </dev/null || code=$?
    [ "$code" -le 125 ] || fail "it crashed with $code: $(tail -n 1 stderr)"
    if grep -q $'[\r\033]' stdout stderr; then
        fail "it draws a progress bar where nobody watches"
    fi
}

complained() {
    [ -s stderr ]
}

works() {
    execute "$@"
    [ "$code" -eq 0 ] || fail "exit code $code (expected 0): $(tail -n 1 stderr)"
    if complained; then fail "it complained: $(head -n 1 stderr)"; fi
}

# refuses CODE TEXT ARGUMENT...: that exit code and text, no report.
refuses() {
    local expected=$1 text=$2
    shift 2
    execute "$@"
    [ "$code" -eq "$expected" ] || fail "exit code $code (expected $expected): $(tail -n 1 stderr)"
    grep -qF -- "$text" stderr || fail "no '$text' in its complaint: $(head -c 600 stderr)"
    [ ! -e r.json ] || fail "it left a report"
}
