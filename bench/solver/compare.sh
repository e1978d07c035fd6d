#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The joint solution of square layers, ours beside the published SparseGPT, in one run.
#
#   bench/solver/compare.sh PROGRAM CHECKOUT RECIPE [SIZE...]
#
# PROGRAM: gradus_solver, built; CHECKOUT: a clone of SparseGPT; RECIPE: the folder of recipe.py.
# Without sizes, 2048 and 4096. Two threads; THREADS and RUNS (3) of the environment go first.
# Needs python3-torch. Debian's OpenBLAS does not know every processor: OPENBLAS_CORETYPE says what
# it is taken for (here SkylakeX unless set). Times begin when the Hessian is there: factor and
# sweep, with grids from min to max as theirs are, and with searched ones.
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '3,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
program=$1 checkout=$2 recipe=$3
shift 3
[ $# -gt 0 ] || set -- 2048 4096
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
threads=${THREADS:-2} runs=${RUNS:-3}
export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX} OPENBLAS_NUM_THREADS=$threads
export OMP_NUM_THREADS=$threads

# The seconds of a line of the program's.
seconds() {
    sed -nE "s/^$1 +error .* ([0-9.]+) s, .*of processors.*\$/\1/p" <<<"$ours"
}

printf '%-12s %14s %14s %14s\n' '50 % + 4 bit' 'SparseGPT (s)' 'same grids (s)' 'searched (s)'
for size; do
    ours=$("$program" "$size" "$size" "$threads" $((2 * size)) "$runs" speed)
    theirs=$("${PYTHON:-/usr/bin/python3}" "$here/sparsegpt.py" "$checkout" "$recipe" "$runs" \
        "$size" | sed -n 's/^sparsegpt [0-9]* //p') || exit 1
    awk -v size="$size" -v theirs="$theirs" -v same="$(seconds '50 % \+ 4 bit, min-max')" \
        -v searched="$(seconds '50 % \+ 4 bit')" 'BEGIN {
        printf "%-12s %14.3f %7.3f %5.1fx %7.3f %5.1fx\n", size " x " size, theirs,
            same, theirs / same, searched, theirs / searched }'
done
