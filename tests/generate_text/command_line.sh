#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line of generate_text, used as people use it. Each function case_<name> is a test.
#
#   command_line.sh PROGRAM CHECKER SCRATCH ROOT CASE
#
# PROGRAM: generate_text; CHECKER: check_report; SCRATCH: a directory to write in; ROOT: of the
# sources. Exits with 1 after a failure, with 77 if the case was skipped.
set -euo pipefail

program=$1
checker=$2
scratch=$3
root=$4
name=$5

reference=$root/examples/data/reference
shared=${GRADUS_SHARED:-$root/../shared}

. "$(dirname "${BASH_SOURCE[0]}")/../support/program_case.sh"

# refuses CODE TEXT ARGUMENT...: that exit code and text, no work done, no report.
refuses() {
    local expected=$1 text=$2
    shift 2
    execute "$@"
    [ "$code" -eq "$expected" ] || fail "exit code $code (expected $expected): $(tail -n 1 stderr)"
    grep -qF -- "$text" stderr || fail "no '$text' in its complaint: $(head -c 600 stderr)"
    [ ! -s stdout ] || fail "it began to work: $(head -n 1 stdout)"
    [ ! -e r.json ] || fail "it left a report"
}

case_help() {
    works --help
    for word in --model --prompt --tokens --threads --seed --activations --report 'Exit codes'; do
        grep -qF -- "$word" stdout || fail "$word is not explained"
    done
}

case_bad_options() {
    refuses 2 --widths --widths 4
    refuses 2 --tokens --tokens 1 --report r.json
    refuses 2 --tokens --tokens many
    refuses 2 --threads --threads -1
    refuses 2 --seed --seed -5
    refuses 2 --activations --activations int4
    refuses 2 'prompt is empty' --prompt '' --report r.json
    refuses 2 "beyond the model's 512 positions" --tokens 500 --report r.json
}

case_bad_models() {
    refuses 3 nowhere --model nowhere --report r.json
    cp -r "$reference" broken
    chmod -R u+w broken
    truncate -s 100000 broken/model.safetensors
    refuses 3 model.safetensors --model broken --report r.json
}

case_model_without_bytes() {
    local model=$shared/models/stories260K
    [ -e "$model/model.safetensors" ] || skip "no models beside the checkout"
    refuses 3 'expected 256' --model "$model" --report r.json
}

case_bad_report() {
    refuses 5 'no directory' --report nowhere/r.json
    mkdir folder
    refuses 5 'is a directory' --report folder
}

# The text is the same for the same seed, whoever computes it.
case_report_and_texts() {
    works --tokens 5 --report r.json
    "$checker" shape r.json 5 || fail "report"
    [ "$(grep -cE '^(f32|uniform_symmetric[8432]_g64_f16_mse) +[0-9]' stdout)" -eq 5 ] || fail "table"
    works --tokens 5 --threads 2 --report threads.json
    "$checker" shape threads.json 5 || fail "report with two threads"
    "$checker" same r.json threads.json || fail "two threads wrote something else"
}

case_seeds_and_prompts() {
    works --tokens 24 --seed 7 --prompt 'It was' --report r.json
    "$checker" shape r.json 24 || fail "report"
    works --tokens 24 --seed 8 --prompt 'It was' --report other.json
    "$checker" other r.json other.json || fail "another seed wrote the same"
}

case_bytes_as_activations() {
    works --tokens 5 --activations int8 --report r.json
    grep -q '"activations": "int8"' r.json || fail "the report does not say int8"
    "$checker" shape r.json 5 || fail "report"
}

declare -F "case_$name" >/dev/null || fail "there is no case '$name'"
mkdir -p "$scratch"
place=$(cd "$scratch" && pwd)/$name
rm -rf "$place"
mkdir "$place"
cd "$place"
"case_$name"
rm -rf "$place"
