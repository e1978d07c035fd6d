#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line of compress_model, used as people use it. Each function case_<name> is a test.
#
#   command_line.sh PROGRAM CHECKER SCRATCH ROOT CASE
#
# PROGRAM: compress_model; CHECKER: check_compress_report; SCRATCH: a directory to write in; ROOT: of
# the sources. Exits with 1 after a failure, with 77 if the case was skipped.
set -euo pipefail

program=$1
checker=$2
scratch=$3
root=$4
name=$5

reference=$root/examples/data/reference
quick=(--context 64 --calibration-tokens 512 --limit 256 --widths 2,3,4 --no-rivals --plot '')
model=(--model "$reference" --bytes short.bin)

. "$(dirname "${BASH_SOURCE[0]}")/../support/program_case.sh"

# Findings are no complaints.
complained() {
    grep -qv '^note (' stderr
}

case_help() {
    works --help
    for word in --model --calibrate --bits --code-bits --sparsity --widths --allocator --importance \
        --clusters --dependence --scale-search --fixed-groups --storage --order --refine --quality --group \
        --block --damping-rule --match --output --report --plot --dry-run --fresh 'Exit codes'; do
        grep -qF -- "$word" stdout || fail "$word is not explained"
    done
}

case_bad_options() {
    refuses 2 --bits --bits many
    refuses 2 'no-quantizer' --widths 0 --report r.json --plot ''
    refuses 2 'lossless-at-low-bits' --group 1 --report r.json --plot ''
    refuses 2 'is no multiple of --group' --block 48 --report r.json --plot ''
    refuses 2 'starts from scores' --allocator quantile --report r.json --plot ''
    refuses 2 'expected a share between 0 and 1, or 2:4' "${model[@]}" "${quick[@]}" --sparsity 3:4 \
        --report r.json
    refuses 2 '--dependence is none' --clusters 3 --dependence none --report r.json --plot ''
    refuses 2 '--dependence has no effect' --dependence histogram --report r.json --plot ''
    refuses 2 'needs a text' --model "$reference" --report r.json --plot ''
    refuses 2 '--seed has no effect' --calibrate short.bin --seed 2 --report r.json --plot ''
    refuses 2 '--quality has no effect' --quality 8 --report r.json --plot ''
    refuses 2 '--widths has no effect' --allocator threshold --importance enhanced --widths 2 \
        --report r.json --plot ''
    refuses 2 '--widths 1 has no effect' --widths 1,2 --sparsity 0.5 --report r.json --plot ''
    refuses 2 '--storage has no effect' --clusters 2 --storage sorted --report r.json --plot ''
    refuses 2 '--fixed-groups has no effect' --importance enhanced --allocator quantile --fixed-groups \
        --report r.json --plot ''
    refuses 2 'leak' "${model[@]}" "${quick[@]}" --calibrate short.bin --report r.json
}

case_bad_files() {
    refuses 3 nowhere --model nowhere --bytes short.bin --report r.json --plot ''
    refuses 3 nothing "${model[@]}" "${quick[@]}" --calibrate nothing.npy --report r.json
}

# An infeasible target is told with the floor, before anything is measured.
case_out_of_reach() {
    execute "${model[@]}" "${quick[@]}" --bits 1.5 --report r.json
    [ "$code" -eq 2 ] || fail "exit code $code"
    grep -q 'out of reach: the floor is 2\.' stdout || fail "no floor"
    [ ! -e r.json ] || fail "it left a report"
}

case_dry_run() {
    works "${model[@]}" "${quick[@]}" --bits 4 --group 8 --fixed-groups --dry-run --report r.json
    grep -q 'layer 3' stdout || fail "no plan"
    grep -q '^note (metadata-dominates)' stderr || fail "a scale for 8 codes is not reported"
    grep -q 'model.layers.3.mlp.down_proj.weight .*\[.*\] .* 3 bits: ' stdout || fail "no alpha"
    [ ! -e r.json ] || fail "it left a report"
}

# Targets are met, and two threads write what one does.
case_report() {
    works "${model[@]}" "${quick[@]}" --bits 2.5 --bits 3 --threads 1 --output one --report r.json
    "$checker" shape r.json || fail "report"
    works "${model[@]}" "${quick[@]}" --bits 2.5 --bits 3 --threads 2 --output two \
        --report threads.json
    "$checker" same r.json threads.json || fail "two threads wrote something else"
    for run in dense_joint_2.5 dense_joint_3; do
        cmp "one/$run/model.safetensors" "two/$run/model.safetensors" || fail "other bytes"
    done
}

# A rival of one width that two targets share is measured once, and one that is above a target says so.
case_one_width() {
    works "${model[@]}" --context 64 --calibration-tokens 256 --limit 128 --widths 2,3 --plot '' \
        --bits 2.15 --bits 2.3 --bits 2.4 --report r.json
    grep -q '^dense one width 2.15: out of reach: the narrowest takes 2.18' stdout || fail "no floor"
    grep -q '^dense one width 2.4: the same as dense one width 2.3$' stdout || fail "measured twice"
}

# Killed after a block of the survey, and again after a block of a run, it goes on and gives what it
# gives undisturbed. Another job is told what differs.
case_resume() {
    local job=("${model[@]}" "${quick[@]}" --bits 2.5 --sparsity 0.5 --threads 1) file pid
    works "${job[@]}" --output whole --report whole.json
    for file in survey.0.5.1 solved.0.5_joint_2.5.block1; do
        "$program" "${job[@]}" --output parts --report parts.json >/dev/null 2>&1 </dev/null &
        pid=$!
        until [ -e "parts/record/$file" ] || ! kill -0 $pid 2>/dev/null; do
            sleep 0.02
        done
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
    done
    works "${job[@]}" --output parts --report parts.json
    grep -q '^resumed: statistics of 4 blocks, surveys of 4 blocks, ' stdout || fail "not resumed"
    "$checker" same whole.json parts.json || fail "another report"
    cmp whole/0.5_joint_2.5/model.safetensors parts/0.5_joint_2.5/model.safetensors ||
        fail "other bytes"
    refuses 2 '--refine: 1 there, 0 here' "${job[@]}" --refine 0 --output parts --report r.json
    refuses 2 '--fresh has no effect' "${job[@]}" --fresh --report r.json
    works "${job[@]}" --refine 0 --dry-run --fresh --output parts --report r.json
    if grep -q '^resumed' stdout; then fail "it is not fresh"; fi
}

# Scales are searched, folded, written and read back.
case_scale_search() {
    works "${model[@]}" --context 64 --calibration-tokens 256 --limit 128 --widths 2,3 --no-rivals \
        --plot '' --bits 2.5 --scale-search --report r.json
    grep -q 'blocks.3.down .* in model.layers.3.mlp.up_proj.weight' stdout || fail "no exponents"
    "$checker" shape r.json || fail "report"
    "$checker" scaled r.json || fail "scales"
}

# Groups by mutual information, which share scales where that pays.
case_shared_groups() {
    refuses 2 'at least 256' "${model[@]}" --context 64 --calibration-tokens 128 --limit 256 \
        --clusters 2 --dependence histogram --bits 3 --no-rivals --plot '' --report r.json
    works "${model[@]}" "${quick[@]}" --bits 3 --clusters 2 --dependence histogram --seed 3 \
        --report r.json
    grep -q '2 groups of channels by histogram dependence (512 tokens' stderr || fail "no groups"
    grep -q 'orders of columns' stdout || fail "no metadata"
    "$checker" shape r.json || fail "report"
    "$checker" shared r.json || fail "metadata"
}

case_sparsity() {
    works "${model[@]}" "${quick[@]}" --bits 2.75 --sparsity 0.5 --sparsity 2:4 --report r.json
    "$checker" shape r.json || fail "report"
    "$checker" sparse r.json || fail "zeros"
}

case_scores() {
    works "${model[@]}" "${quick[@]}" --code-bits 3 --allocator quantile --importance enhanced \
        --clusters 2 --report r.json
    "$checker" shape r.json || fail "report"
    execute "${model[@]}" --context 64 --calibration-tokens 512 --limit 256 --no-rivals --plot '' \
        --code-bits 3 --allocator threshold --importance enhanced --report r2.json
    grep -q 'off-target' stderr || fail "a rule without a budget is not reported"
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
