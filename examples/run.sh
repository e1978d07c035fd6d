#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a bare Debian 12 to a quantized model: installs, builds, runs a job.
#
#   examples/run.sh [JOB] [ARGUMENT...]
#
# The arguments go to the job's program; without any it runs on the embedded model.
# `examples/run.sh quantize --help` lists those of the first job. Exits with the program's code;
# 1: packages are missing or the build failed, 2: there is no such job.
set -euo pipefail

# One line a job: its name, its program, what it does. The first is the default.
jobs='
quantize  quantize_model  quantizes a model by many schemes: bits, losses, table, report, plot
compress  compress_model  prunes and quantizes within a budget of bits: plan, solution, report, plot
generate  generate_text   writes text with f32, 8, 4, 3 and 2 bits: speed, memory, bandwidth
kv        quantize_cache  stores keys and values in many ways: bits, losses, table, report, plot
'

fail() {
    echo "examples/run.sh: $1" >&2
    exit "${2:-1}"
}

list_jobs() {
    sed '/^$/d; s/^/  /' <<<"$jobs"
}

job=$(awk 'NF { print $1; exit }' <<<"$jobs")
case ${1-} in
-h | --help)
    echo "usage: examples/run.sh [JOB] [ARGUMENT...]; the jobs, the first by default:"
    list_jobs
    exit 0
    ;;
'' | -*) ;; # options of the default job
*)
    job=$1
    shift
    ;;
esac
program=$(awk -v job="$job" '$1 == job { print $2 }' <<<"$jobs")
if [ -z "$program" ]; then
    list_jobs >&2
    fail "there is no job '$job' (see above)" 2
fi

# Paths among the arguments are relative to the caller's directory, which we do not leave.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tests/packages.sh"
need_packages g++ cmake ninja-build libxsimd-dev libeigen3-dev nlohmann-json3-dev libcli11-dev \
    gnuplot-nox </dev/null >&2

build=$root/build/examples
log=$build/build.log
mkdir -p "$build"

# quietly <command>...: its output goes to the log, and to the screen only if it fails.
quietly() {
    if ! "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        fail "the build failed (the end of $log is above)"
    fi
}

echo "building $program in $build (the first time takes minutes)" >&2
: >"$log"
quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS=-march=native -DGRADUS_BUILD_TESTS=OFF -DGRADUS_BUILD_BENCH=OFF
quietly cmake --build "$build" --target "$program"

exec "$build/examples/$program" "$@"
