#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Throughput of encode and decode on this machine: ours beside memcpy and, where found, FAISS.
#
#   bench/compare.sh [ARGUMENT...]      arguments of Google Benchmark, e.g. --benchmark_filter=decode
#
# One thread. Repetitions of all benchmarks are interleaved at random, the table shows medians;
# bytes are those of the f32 values. For FAISS's rows: apt-get install libfaiss-dev.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tests/packages.sh"
need_packages g++ cmake ninja-build libxsimd-dev libbenchmark-dev >&2 </dev/null

build=$root/build/bench
log=$build/build.log
mkdir -p "$build"

quietly() {
    if ! "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        echo "bench/compare.sh: the build failed (the end of $log is above)" >&2
        exit 1
    fi
}

: >"$log"
quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS=-march=native -DGRADUS_BUILD_TESTS=OFF -DGRADUS_BUILD_EXAMPLES=OFF
quietly cmake --build "$build" --target gradus_bench

results=$build/results.json
"$build/bench/gradus_bench" --benchmark_repetitions=7 --benchmark_min_time=0.1 \
    --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true \
    --benchmark_out="$results" --benchmark_out_format=json "$@" >"$build/console.log" 2>&1 || {
    tail -n 20 "$build/console.log" >&2
    exit 1
}

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: /machine: /' || true
awk -f "$root/bench/table.awk" "$results"
