#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Stored bytes depend on neither instruction set, compiler, contraction nor threads: builds
# write_schemes.cpp and write_caches.cpp in many ways, runs what this machine can, and compares all
# that is printed.
#
#   tests/bytes/cross_build.sh [SCRATCH]      JOBS=N builds at once (all processors by default)
#
# Prints one line a run. Exits with 1 if hashes differ, or if a build that should contract does not.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
scratch=${1:-$root/build/bytes}
jobs=${JOBS:-$(nproc)}
mkdir -p "$scratch"
scratch=$(cd "$scratch" && pwd)
rm -f "$scratch"/*.{program,log,out,code}

# name; what /proc/cpuinfo must have; compilers; flags. A scalar build that may fuse is the hardest:
# there the compiler sees plain sums of products. g++ contracts from -O2 on.
machine_has() {
    local flag
    for flag in "$@"; do
        grep -qw -m 1 "$flag" /proc/cpuinfo || return 1
    done
}

v3='avx2 fma bmi1 bmi2 f16c movbe abm'
v4="$v3 avx512f avx512bw avx512cd avx512dq avx512vl"
newer='avx512_vnni avx512vbmi gfni'
avx512='-march=x86-64-v4 -mavx512vnni -mavx512vbmi -mgfni'
# shellcheck disable=SC2086
machine_has $v4 $newer || { newer='' && avx512='-march=x86-64-v4'; }
builds="
scalar     |            | g++            | -DGRADUS_FORCE_SCALAR
sse4.2     | sse4_2     | g++            | -msse4.2
scalar-fma | $v3        | g++ clang++-14 | -DGRADUS_FORCE_SCALAR -march=x86-64-v3
avx2       | $v3        | g++ clang++-14 | -march=x86-64-v3
avx512     | $v4 $newer | g++            | $avx512
"

# fused PROGRAM: how many instructions multiply and add at once.
fused() {
    objdump -d "$1" | grep -cE 'vfn?m(add|sub)[0-9]*[ps][sd]' || true
}

# try NAME CPU-FLAGS COMPILER CONTRACTION COMPILER-FLAG...: leaves one file a run in $scratch.
try() {
    local name=$1 needed=$2 compiler=$3 contraction=$4 threads
    local build=$scratch/$name.$compiler.$contraction
    shift 4
    local source
    for source in write_schemes write_caches; do
        if ! "$compiler" -std=c++20 -O2 -DNDEBUG "$@" "-ffp-contract=$contraction" \
            -I"$root/include" "$here/$source.cpp" -o "$build.$source.program" -pthread \
            >"$build.log" 2>&1; then
            echo "does not build: $(tail -n 1 "$build.log")" >"$build.code"
            return
        fi
    done
    # shellcheck disable=SC2086
    if ! machine_has $needed; then
        echo "built; this machine cannot run it" >"$build.code"
        return
    fi
    mkdir -p "$build.tmp"
    for threads in 1 2; do
        if ! { "$build.write_schemes.program" "$root/examples/data/reference" "$build.tmp" \
            $threads && "$build.write_caches.program"; } >"$build.$threads.out" 2>>"$build.log"; then
            echo "does not run: $(tail -n 1 "$build.log")" >"$build.code"
            return
        fi
    done
    rm -r "$build.tmp"
}

names=()
skipped=()
while IFS='|' read -r name needed compilers flags; do
    [ -n "$flags" ] || continue
    name=${name// /}
    for compiler in $compilers; do
        if ! command -v "$compiler" >/dev/null; then
            skipped+=("$name with $compiler (not installed)")
            continue
        fi
        for contraction in off fast; do
            names+=("$name.$compiler.$contraction")
            while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
                wait -n
            done
            # shellcheck disable=SC2086
            try "$name" "$needed" "$compiler" "$contraction" $flags &
        done
    done
done <<<"$builds"
wait

# Everything but the first line, which names the instruction set.
hash_of() {
    tail -n +2 "$1" | sha256sum | cut -c 1-16
}

failed=0
expected=
printf '%-30s %8s %6s  %-16s  %s\n' build threads fused hash 'instruction set'
for name in "${names[@]}"; do
    build=$scratch/$name
    if [ -e "$build.code" ]; then
        printf '%-30s %s\n' "$name" "$(cat "$build.code")"
        grep -q '^built' "$build.code" || failed=1
        continue
    fi
    for threads in 1 2; do
        out=$build.$threads.out
        expected=${expected:-$out}
        printf '%-30s %8s %6s  %-16s  %s\n' "$name" $threads "$(fused "$build.write_schemes.program")" \
            "$(hash_of "$out")" "$(head -n 1 "$out")"
        if [ "$(hash_of "$out")" != "$(hash_of "$expected")" ]; then
            failed=1
            echo "  differs from $(basename "$expected" .out) in:"
            diff <(tail -n +2 "$expected") <(tail -n +2 "$out") | sed -n 's/^> /    /p'
        fi
    done
done
[ -n "$expected" ] || { echo "nothing could be run" && exit 1; }

# The comparison means little unless the compilers did fuse where they were allowed to.
for fast in "$scratch"/*.fast.write_schemes.program; do
    case $fast in *scalar.* | *sse4.2.*) continue ;; esac
    if [ "$(fused "$fast")" -le "$(fused "${fast/.fast./.off.}")" ]; then
        echo "$(basename "$fast" .write_schemes.program): contraction was allowed, yet nothing was fused"
        failed=1
    fi
done

for what in ${skipped[@]+"${skipped[@]}"}; do
    echo "skipped: $what"
done
if [ "$failed" -eq 0 ]; then
    echo "all $(find "$scratch" -name '*.out' | wc -l) runs agree on" \
        "$(grep -c '^fnv1a64:' "$expected") schemes and the losses behind them, and" \
        "$(grep -c '^cache:' "$expected") caches"
fi
exit "$failed"
