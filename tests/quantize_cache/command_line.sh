#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line of quantize_cache, used as people use it. Each function case_<name> is a test.
#
#   command_line.sh PROGRAM CHECKER SCRATCH ROOT CASE
#
# PROGRAM: quantize_cache; CHECKER: check_cache_report; SCRATCH: a directory to write in; ROOT: of
# the sources. Exits with 1 after a failure, with 77 if the case was skipped.
set -euo pipefail

program=$1
checker=$2
scratch=$3
root=$4
name=$5

reference=$root/examples/data/reference
shared=${GRADUS_SHARED:-$root/../shared}
quick=(--context 64 --calibration-windows 8 --limit 128)
model=(--model "$reference" --bytes short.bin)

. "$(dirname "${BASH_SOURCE[0]}")/../support/program_case.sh"

case_help() {
    works --help
    for word in --model --bytes --tokens --calibration --context --limit --series --target --memory \
        --report --plot --threads --list --dry-run 'Exit codes'; do
        grep -qF -- "$word" stdout || fail "$word is not explained"
    done
}

case_list_and_dry_run() {
    works --list
    [ "$(wc -l <stdout)" -eq 7 ] || fail "not seven series"
    works --dry-run
    grep -qx 'rivals uniform4_g32_rotated' stdout || fail "a rival is missing"
    [ "$(wc -l <stdout)" -ge 40 ] || fail "few runs"
    works --dry-run --series importance --target 3
    [ "$(wc -l <stdout)" -eq 4 ] || fail "not four runs"
}

case_bad_options() {
    refuses 2 "there is no series 'maps'" --series maps
    refuses 2 --target --target many
    refuses 2 --calibration-windows --calibration-windows 1
    refuses 2 "beyond the model's 512 positions" --context 1000 --report r.json --plot ''
    refuses 2 'needs a text' --model "$reference" --report r.json --plot ''
    refuses 2 'too few to calibrate on' --calibration-windows 4000 --report r.json --plot ''
    refuses 2 'name one file' --report r.json --plot r.json
}

case_bad_files() {
    refuses 3 nowhere --model nowhere --bytes short.bin --report r.json --plot ''
    refuses 5 'is not a directory' --report short.bin/r.json --plot ''
}

case_targets_out_of_reach() {
    refuses 2 'out of reach (feasible: ' "${model[@]}" "${quick[@]}" --series importance \
        --target 12 --report r.json --plot ''
    refuses 2 'out of reach (feasible: ' "${model[@]}" "${quick[@]}" --series qaq \
        --target 3 --report '' --plot ''
    refuses 2 'are out of reach (feasible: ' "${model[@]}" "${quick[@]}" --memory 1000 \
        --report r.json --plot ''
}

# Bits are met, and two threads write what one does.
case_report() {
    works "${model[@]}" "${quick[@]}" --series importance --series qaq --target 7.5 --threads 1 \
        --report r.json --plot ''
    "$checker" shape r.json || fail "report"
    works "${model[@]}" "${quick[@]}" --series importance --series qaq --target 7.5 --threads 2 \
        --report threads.json --plot ''
    "$checker" same r.json threads.json || fail "two threads wrote something else"
}

# Weights alone are the baseline of rounded activations; parts with outliers serve one call at a
# time, which two threads must not break.
case_activations() {
    works "${model[@]}" "${quick[@]}" --series activations --threads 1 --report r.json --plot ''
    "$checker" shape r.json || fail "report"
    grep -q 'w4a8_outliers_f16.*beside its weights: KLD' stdout || fail "no loss beside the weights"
    [ "$(grep -c 'down_proj *alone: KLD' stdout)" -eq 2 ] || fail "no operator is named for clipping"
    works "${model[@]}" "${quick[@]}" --series activations --threads 2 --report t.json --plot ''
    "$checker" same r.json t.json || fail "two threads wrote something else"
}

case_plot() {
    command -v gnuplot >/dev/null || skip "gnuplot was not found"
    works "${model[@]}" "${quick[@]}" --series importance --target 4 --report '' --plot p.svg
    grep -q 'KL divergence' p.svg || fail "no axis in the plot"
    [ ! -e p.svg.part ] || fail "it left a part"
}

case_memory() {
    works "${model[@]}" "${quick[@]}" --memory 2000000 --report r.json --plot ''
    "$checker" budget r.json || fail "budget"
    grep -q 'bits a weight' stdout || fail "the split is not printed"
}

declare -F "case_$name" >/dev/null || fail "there is no case '$name'"
mkdir -p "$scratch"
place=$(cd "$scratch" && pwd)/$name
rm -rf "$place"
mkdir "$place"
cd "$place"
head -c 4096 "$reference/self-text.bin" >short.bin
"case_$name"
rm -rf "$place"
