#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# compress_model gives the same bytes whenever it runs, on one thread and on two; and builds for
# other instruction sets give the same bits and layer errors within a thousandth (their products may
# differ in the last place, so that a weight in a thousand gets another code).
#
#   tests/bytes/compress_builds.sh [SCRATCH]
#
#   JOBS=N     compilers at once (all processors by default)
#   RERUNS=N   of the best build, alternately on one thread and on two (10 by default)
#   BUILDS=... some of "scalar avx2 avx512"
#
# Builds the program up to three times. Exits with 1 if anything differs by more than it may.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=${1:-$root/build/compress_builds}
jobs=${JOBS:-$(nproc)}
reruns=${RERUNS:-10}
mkdir -p "$scratch"
scratch=$(cd "$scratch" && pwd)

machine_has() {
    local flag
    for flag in "$@"; do
        grep -qw -m 1 "$flag" /proc/cpuinfo || return 1
    done
}

flags_of() {
    case $1 in
    scalar) echo -DGRADUS_FORCE_SCALAR ;;
    avx2) echo -march=x86-64-v3 ;;
    avx512) echo -march=x86-64-v4 ;;
    esac
}

builds=${BUILDS:-}
if [ -z "$builds" ]; then
    builds=scalar
    if machine_has avx2 fma bmi2; then builds+=' avx2'; fi
    if machine_has avx512f avx512bw avx512dq avx512vl; then builds+=' avx512'; fi
fi

# build NAME: the program, one object a source.
build() {
    local name=$1 source object
    mkdir -p "$scratch/$name"
    for source in "$root"/examples/compress_model/*.cpp \
        "$root"/examples/quantize_model/{peak_memory,plot,plot_script,progress,report}.cpp; do
        object=$scratch/$name/$(basename "$(dirname "$source")").$(basename "$source" .cpp).o
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
            wait -n
        done
        # shellcheck disable=SC2046
        g++ -std=c++20 -O2 $(flags_of "$name") -I"$root/include" \
            -DCOMPRESS_MODEL_EMBEDDED="\"$root/examples/data/reference\"" -c "$source" -o "$object" &
    done
    wait
    g++ "$scratch/$name"/*.o -o "$scratch/$name.program" -pthread
}

reference=$root/examples/data/reference
head -c 8192 "$reference/self-text.bin" >"$scratch/measured.bin"
tail -c 8192 "$reference/self-text.bin" >"$scratch/calibrated.bin"

# run NAME OUTPUT THREADS
run() {
    rm -rf "$scratch/$2"
    "$scratch/$1.program" --model "$reference" --bytes "$scratch/measured.bin" --calibrate \
        "$scratch/calibrated.bin" --calibration-tokens 2048 --limit 512 --widths 2,3,4 --no-rivals \
        --bits 3 --output "$scratch/$2" --plot '' --report "$scratch/$2.json" --threads "$3" \
        >"$scratch/$2.log" 2>&1 || { tail -n 3 "$scratch/$2.log" && exit 1; }
}

hash_of() {
    sha256sum <"$scratch/$1/dense_joint_3/model.safetensors" | cut -c 1-16
}

g++ -std=c++20 -O1 "$root/tests/compress_model/check_report.cpp" -o "$scratch/checker"
failed=0
best=
for name in $builds; do
    build "$name"
    run "$name" "$name" 2
    echo "$name: $(hash_of "$name")"
    if [ -n "$best" ]; then
        "$scratch/checker" close "$scratch/$best.json" "$scratch/$name.json" || failed=1
    fi
    best=$name
done

expected=$(hash_of "$best")
for ((i = 1; i <= reruns; ++i)); do
    run "$best" again $((1 + i % 2))
    if [ "$(hash_of again)" != "$expected" ]; then
        echo "run $i of $best on $((1 + i % 2)) threads: $(hash_of again), not $expected"
        failed=1
    fi
done
if [ "$failed" -eq 0 ]; then
    echo "$reruns reruns of $best on one and two threads: the same bytes"
fi
exit "$failed"
