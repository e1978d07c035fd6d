#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ours beside theirs on this machine, in one run: products, encoders and decoders, attention.
#
#   bench/compare.sh [--quick | --all] [--threads 2] [gemv] [gemm] [codes] [attention]
#                    [ARGUMENT...]
#
# Without a part, all four. --quick: 4 and 8 bits, fewer repetitions. --all: every batch, shape,
# grouping and form of activations. Arguments that begin with - go to Google Benchmark.
#
# Repetitions of all benchmarks are interleaved at random; tables show medians and shares of the
# limits measured in between. Peers run where they are found: FAISS, oneDNN and OpenBLAS as Debian
# packages (apt-get install libfaiss-dev libdnnl-dev libopenblas-dev), ggml and XNNPACK installed
# under a prefix: CMAKE_PREFIX_PATH=/opt/ggml bench/compare.sh. They run as they were built.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tests/packages.sh"
need_packages g++ cmake ninja-build libxsimd-dev libbenchmark-dev gnuplot-nox >&2 </dev/null

build=$root/build/bench
log=$build/build.log
reports=$root/bench/report
mkdir -p "$build"

extent=usual threads=1 repetitions=5 parts=() passed=()
while [ $# -gt 0 ]; do
    case $1 in
    --quick) extent=quick repetitions=3 ;;
    --all) extent=all ;;
    --threads) threads=$2 && shift ;;
    gemv | gemm | codes | attention) parts+=("$1") ;;
    -*) passed+=("$1") ;;
    *)
        echo "bench/compare.sh: unknown part $1 (gemv, gemm, codes, attention)" >&2
        exit 2
        ;;
    esac
    shift
done
[ ${#parts[@]} -gt 0 ] || parts=(gemv gemm codes attention)

quietly() {
    if ! "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        echo "bench/compare.sh: the build failed (the end of $log is above)" >&2
        exit 1
    fi
}

: >"$log"
quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS=-march=native -DGRADUS_BUILD_TESTS=OFF -DGRADUS_BUILD_EXAMPLES=OFF \
    -DCMAKE_PREFIX_PATH="${CMAKE_PREFIX_PATH-}"
quietly cmake --build "$build" --target gradus_bench

# The benchmarks of a part, as a regular expression.
chosen() {
    local theirs='(ggml|xnnpack|onednn|openblas)_[^/]*'
    local ours='[^/]*_(g32|g128)_f16(_planes2)?|uniform_symmetric[48]_channel_f16'
    local batches='8|512' shapes='4096x4096' caches='f32|f16|uniform[48]_[^/]*|ggml_[^/]*'
    case $extent in
    quick)
        ours='uniform_symmetric[48]_g(32|128)_f16'
        theirs='ggml_(q4_0|q4_K|q8_0)(_repacked)?|xnnpack_[^/]*|onednn_s8s8'
        batches=512
        ;;
    all) ours='[^/]*_f16(_planes2)?' batches='[0-9]*' shapes='[0-9]*x4096' caches='[^/]*' ;;
    esac
    case $1 in
    gemv) echo "^gemv/($ours|$theirs)/.*threads:$threads" ;;
    gemm) echo "^gemm/($ours|$theirs)/($shapes)/batch:($batches)/.*threads:$threads" ;;
    attention) echo "^attention/($caches)/.*threads:$threads" ;;
    codes) echo "^(memcpy|[a-z_]*code[a-z_]*|[a-z_]*search[a-z_]*)/" ;;
    esac
}

# Blocks of a cache are allocated one by one. glibc puts them on huge pages if told so, as a server
# of long contexts would: from DRAM a third of the time is otherwise spent on translations.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824

# One thread stays on one core, the last: the first serves the interrupts.
pinned=()
if [ "$threads" = 1 ] && command -v taskset >/dev/null; then
    pinned=(taskset -c $(($(nproc) - 1)))
fi

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: /machine: /' || true
all=$build/medians.tsv
: >"$all"
for part in "${parts[@]}"; do
    results=$build/$part.json
    "${pinned[@]}" "$build/bench/gradus_bench" --benchmark_repetitions=$repetitions \
        --benchmark_min_time=0.05 --benchmark_enable_random_interleaving=true \
        --benchmark_report_aggregates_only=true --benchmark_out="$results" \
        --benchmark_out_format=json --benchmark_filter="^machine/|$(chosen "$part")" \
        "${passed[@]}" >"$build/console.log" 2>&1 || {
        tail -n 20 "$build/console.log" >&2
        exit 1
    }
    awk -f "$reports/medians.awk" "$results" >"$build/$part.tsv"
    cat "$build/$part.tsv" >>"$all"
    printf '\n%s: limits of the machine, medians of the same run\n' "$part"
    awk -f "$reports/limits.awk" "$build/$part.tsv" | sort
    case $part in
    codes) awk -f "$reports/codes.awk" "$build/$part.tsv" ;;
    attention) awk -f "$reports/attention.awk" "$build/$part.tsv" ;;
    *) awk -f "$reports/products.awk" "$build/$part.tsv" ;;
    esac
done
cat <<'END'

Bytes are stored bytes; a multiply-add is two operations; ratio = their time / our time for one
multiply-add; error = |y - W x| / |W x| against f64 of the same float weights and activations.
The limit of gemm is the byte dot product, with f32 activations the fused multiply-add, which our
products of three digits can exceed.
END
awk -f "$reports/points.awk" "$all" >"$build/points.tsv"
if grep -qv roof "$build/points.tsv"; then
    gnuplot -e "points='$build/points.tsv'; out='$build/compare.svg'" "$reports/roofline.gnuplot"
    echo "plot: $build/compare.svg"
fi
