#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line of quantize_model, used as people use it. Each function case_<name> is a test.
#
#   command_line.sh PROGRAM CHECKER SCRATCH ROOT [CASE...]
#
# PROGRAM: quantize_model; CHECKER: check_report; SCRATCH: a directory to write in; ROOT: of the
# sources. Without a CASE, runs all. Exits with 1 after a failure, with 77 if all were skipped.
set -euo pipefail

program=$1
checker=$2
scratch=$3
root=$4
shift 4

reference=$root/examples/data/reference
shared=${GRADUS_SHARED:-$root/../shared}
parameters=2492672
scheme=uniform_symmetric4_g64
quick=(--context 64 --limit 256)
no_files=(--report '' --plot '')

fail() {
    echo "  FAILED: $1" >&2
    exit 1
}

skip() {
    echo "  skipped: $1"
    exit 77
}

# execute ARGUMENT...: leaves $code, and what was printed in the files $out and $err.
execute() {
    code=0
    "$program" "$@" >"$out" 2>"$err" </dev/null || code=$?
    if [ "$code" -gt 125 ]; then
        fail "it crashed with $code: $(tail -n 1 "$err")"
    fi
    if grep -q $'[\r\033]' "$out" "$err"; then
        fail "it draws a progress bar where nobody watches"
    fi
    no_leftovers
}

no_leftovers() {
    [ -z "$(ls -A "$TMPDIR")" ] || fail "it left $(ls "$TMPDIR") in the temporary directory"
    local partial
    partial=$(find . -name '*.part*' -print -quit)
    [ -z "$partial" ] || fail "it left $partial"
}

says() {
    grep -qF -- "$1" "$err" || fail "no '$1' in its complaint: $(head -c 600 "$err")"
}

# works ARGUMENT...: exit code 0, nothing on standard error.
works() {
    execute "$@"
    [ "$code" -eq 0 ] || fail "exit code $code (expected 0): $(tail -n 1 "$err")"
    [ ! -s "$err" ] || fail "it complained: $(head -n 1 "$err")"
}

# refuses CODE TEXT ARGUMENT...: that exit code and text, no work done, nothing written.
refuses() {
    local expected=$1 text=$2 before
    shift 2
    before=$(list_files)
    execute "$@"
    [ "$code" -eq "$expected" ] || fail "exit code $code (expected $expected): $(tail -n 1 "$err")"
    says "$text"
    [ ! -s "$out" ] || fail "it began to work: $(head -n 1 "$out")"
    [ "$before" = "$(list_files)" ] || fail "it left files: $(list_files)"
}

list_files() {
    find . | sort
}

# The same with a sound scheme; the default places of results must not come to be.
refuses_with() {
    local expected=$1 text=$2
    shift 2
    refuses "$expected" "$text" --scheme "$scheme" "$@"
}

needs_gnuplot() {
    command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

same_files() {
    cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

positions_are() {
    grep -q "\"positions\": $1," r.json || fail "not $1 positions: $(grep positions r.json)"
}

copy_reference() {
    cp -r "$reference" "$1"
    chmod -R u+w "$1"
}

# overwrite FILE OFFSET BYTES: BYTES as printf takes them.
overwrite() {
    printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# data_offset FILE TENSOR: where the tensor's data begin in the file.
data_offset() {
    local header begin
    header=$(od -An -tu8 -N8 "$1" | tr -d ' ')
    begin=$(head -c $((8 + header)) "$1" | tail -c "$header" |
        grep -aoE "\"$2\": *\{[^}]*\"data_offsets\": *\[[0-9]+" | grep -oE '[0-9]+$')
    echo $((8 + header + begin))
}

# --- schemes ---------------------------------------------------------------------------------

case_list() {
    works --list
    local layouts
    layouts=$(grep -cE '^  [a-z].*_(f16|bf16|f32|log8)$' "$out")
    [ "$layouts" -ge 30 ] && [ "$layouts" -le 60 ] || fail "$layouts layouts (expected 30 to 60)"
    for name in uniform_symmetric4_gN_f16 uniform_asymmetric2_gN_f16 normal_quantile3:nf_gN_f16 \
        adaptive_quantile4_gN_log8 binary_gN_f16 ternary_tensor_f16 mse stochastic; do
        grep -qF "$name" "$out" || fail "$name is not listed"
    done
}

case_help() {
    works --help
    for word in --model --tokens --bytes --context --limit --documents --scheme --include \
        --exclude --output --report --plot --threads --seed --list 'Exit codes'; do
        grep -qF -- "$word" "$out" || fail "$word is not explained"
    done
}

case_unknown_scheme() {
    "$program" --list | grep -E '^  [a-z]' >menu
    refuses 2 "is not on the menu; choices:" --scheme uniform_symmetric9_g64
    while read -r layout; do
        says "$layout"
    done <menu
    refuses 2 "is not on the menu" --scheme "$scheme" --scheme nonsense_g64
    refuses 2 "is not on the menu" --scheme ../x_g64
    refuses 2 "is not on the menu" --scheme uniform_asymmetric4@0.5_g64
}

case_malformed_scheme() {
    refuses 2 "no grouping in it" --scheme uniform_symmetric4
    refuses 2 "no grouping in it" --scheme ''
    refuses 2 "no grouping in it" --scheme uniform_symmetric4_g0
    refuses 2 "unknown word 'f8'" --scheme uniform_symmetric4_g64_f8
    refuses 2 "out of order" --scheme uniform_symmetric4_g64_mse_f16
    refuses 2 "out of order" --scheme uniform_symmetric4_g64_minmax_minmax
    refuses 2 "not in (0, 1) steps" --scheme uniform_symmetric4@0_g64
    for value in mse=-1 mse=2.25 percentile=200 percentile=x noisy=7 minmax=1 stochastic=1; do
        refuses 2 "value of '$value'" --scheme "uniform_symmetric4_g64_$value"
    done
}

case_scheme_twice() {
    refuses_with 2 "scheme '$scheme' is given twice" --scheme "$scheme"
    refuses 2 "is given twice" --scheme f16 --scheme f16
}

case_two_spellings_of_one_scheme() {
    refuses_with 2 "are one scheme" --scheme "${scheme}_f16_minmax_nearest"
    refuses 2 "are one scheme" --scheme ternary_g64_mse --scheme ternary_g64_mse=2
    works --scheme ternary_g64_mse --scheme ternary_g64_mse=3 "${quick[@]}" "${no_files[@]}"
}

case_all_with_scheme() {
    refuses_with 2 "--all and --scheme exclude each other" --all
}

case_same_values_by_two_schemes() {
    execute --scheme uniform_symmetric4_g256 --scheme uniform_symmetric4_channel \
        --include '*q_proj*' "${quick[@]}" "${no_files[@]}"
    [ "$code" -eq 4 ] || fail "exit code $code (expected 4)"
    says "'uniform_symmetric4_g256' and 'uniform_symmetric4_channel' have identical losses"
    # Rows of 512 have two groups of 256: the schemes differ there.
    works --scheme uniform_symmetric4_g256 --scheme uniform_symmetric4_channel \
        --include '*down_proj*' "${quick[@]}" "${no_files[@]}"
}

case_group_beyond_the_rows() {
    refuses 2 "no chosen tensor has rows of more than 512 columns" --scheme uniform_symmetric4_g513
    refuses 2 "no chosen tensor has rows of more than 256 columns" --scheme "$scheme" \
        --scheme uniform_symmetric4_g257 --include '*q_proj*'
}

case_float_scheme() {
    works --scheme f16 "${quick[@]}" --report r.json --plot ''
    grep -q '"bits_per_weight_decoder": 16.0' r.json || fail "f16 does not take 16 bits"
}

case_value_beyond_the_format() {
    copy_reference model
    local tensor=model.layers.1.mlp.up_proj.weight file=model/model.safetensors
    overwrite $file "$(data_offset $file $tensor)" '\x80\x4e' # BF16: 2^30
    execute --model model --bytes "$reference/self-text.bin" --scheme f16 "${quick[@]}" \
        "${no_files[@]}"
    [ "$code" -eq 2 ] || fail "exit code $code (expected 2)"
    says "tensor '$tensor'"
    says "beyond what f16 can hold"
}

case_weight_not_a_number() {
    copy_reference model
    local tensor=model.layers.1.mlp.up_proj.weight file=model/model.safetensors
    overwrite $file "$(data_offset $file $tensor)" '\xc0\x7f' # BF16: NaN
    execute --model model --bytes "$reference/self-text.bin" --scheme "$scheme" "${quick[@]}" \
        "${no_files[@]}"
    [ "$code" -eq 3 ] || fail "exit code $code (expected 3)"
    says "tensor '$tensor': NaN at row 0, column 0"
}

# --- patterns --------------------------------------------------------------------------------

case_include_matches_nothing() {
    refuses_with 2 "--include 'nothing*' matches no tensor" --include 'nothing*'
    refuses_with 2 "--include 'nothing*' matches no tensor" --include '*q_proj*' --include 'nothing*'
}

case_include_what_cannot_be_packed() {
    refuses_with 2 "model.embed_tokens.weight' of shape [256, 256], which cannot be packed" \
        --include '*embed*'
    refuses_with 2 "input_layernorm.weight' of shape [256], which cannot be packed" \
        --include '*norm*'
    refuses_with 2 "cannot be packed" --include '*'
}

case_exclude_matches_nothing() {
    refuses_with 2 "--exclude 'nothing' matches no tensor that would be quantized" --exclude nothing
    refuses_with 2 "--exclude '*down*' matches no tensor" --include '*q_proj*' --exclude '*down*'
}

case_everything_excluded() {
    refuses_with 2 "no tensor is left to quantize" --exclude '*'
}

case_patterns() {
    works --scheme "$scheme" --include '*layers.[01].*_proj*' --include 'lm_head*' --exclude '*mlp*' \
        "${quick[@]}" --report r.json --plot ''
    grep '"name": ".*weight"' r.json | grep -oE '[a-z_0-9.]+\.weight' | sort >found
    {
        for layer in 0 1; do
            for name in q k v o; do
                echo "model.layers.$layer.self_attn.${name}_proj.weight"
            done
        done
        echo lm_head.weight
    } | sort >expected
    same_files found expected
}

# --- models and texts ------------------------------------------------------------------------

case_missing_model() {
    refuses_with 3 "absent" --model absent --bytes "$reference/self-text.bin"
    mkdir empty
    refuses_with 3 "empty" --model empty --bytes "$reference/self-text.bin"
}

case_truncated_model() {
    copy_reference model
    for size in 4 5000 100000 4000000; do
        head -c $size "$reference/model.safetensors" >model/model.safetensors
        refuses_with 3 "model.safetensors" --model model --bytes "$reference/self-text.bin"
    done
    says "Truncated"
}

case_other_architecture() {
    copy_reference model
    sed -i 's/LlamaForCausalLM/GPT2LMHeadModel/' model/config.json
    refuses_with 3 "'GPT2LMHeadModel' is not supported" --model model \
        --bytes "$reference/self-text.bin"
    rm model/config.json
    refuses_with 3 "config.json" --model model --bytes "$reference/self-text.bin"
}

case_model_without_text() {
    refuses_with 2 "--model needs a text" --model "$reference"
}

case_text_missing_empty_or_short() {
    refuses_with 3 "absent.txt" --bytes absent.txt
    refuses_with 3 "absent.npy" --tokens absent.npy
    : >empty
    refuses_with 3 "empty: file is empty" --bytes empty
    refuses_with 3 "empty" --tokens empty
    printf 'one line, no more\n' >short
    refuses_with 2 "short: no scored position in 18 tokens at a context of 256" --bytes short
    refuses_with 3 "not a .npy file" --tokens short
    refuses_with 2 "no scored position in 255 tokens" --limit 255
    refuses_with 2 "no scored position" --documents 0
    works --scheme "$scheme" --bytes short --context 18 "${no_files[@]}"
}

case_context() {
    refuses_with 2 "--context 513 is beyond the model's 512 positions" --context 513
    refuses_with 2 "context is 1 tokens (expected 2 or more)" --context 1
    refuses_with 2 "context is 0 tokens" --context 0
    works --scheme "$scheme" --context 512 --limit 512 --report r.json --plot ''
    positions_are 511
}

case_token_beyond_the_vocabulary() {
    { # 96 tokens of type <u2, of which the last is 256
        printf '\x93NUMPY\x01\x00\x76\x00'
        printf '%-117s\n' "{'descr': '<u2', 'fortran_order': False, 'shape': (96,), }"
        for _ in $(seq 95); do printf 'a\x00'; done
        printf '\x00\x01'
    } >tokens.npy
    refuses_with 3 "token 95 is 256 (expected 0 to 255)" --tokens tokens.npy --context 32
    works --scheme "$scheme" --tokens tokens.npy --context 32 --limit 95 "${no_files[@]}"
}

case_bytes_of_another_vocabulary() {
    local model=$shared/models/stories260K
    [ -d "$model" ] || skip "no $model"
    refuses_with 2 "bytes are not the tokens of this model" --model "$model" \
        --bytes "$reference/self-text.bin"
}

case_limit() {
    works --scheme "$scheme" --limit 1024 --report r.json --plot ''
    positions_are 1020
    works --scheme "$scheme" --limit 1279 --report r.json --plot '' # the tail is dropped
    positions_are 1020
    refuses_with 2 "token limit is 0" --limit 0
    refuses_with 2 "--limit" --limit -1
    refuses_with 2 "--limit" --limit many
}

case_documents() {
    # Three documents of ten bytes each; before them what nobody reads.
    printf 'xx\nabcdefghi\nabcdefghi\nabcdefghi' >text
    local options=(--scheme "$scheme" --bytes text --documents 10 --report r.json --plot '')
    works "${options[@]}" --context 64
    positions_are 27
    works "${options[@]}" --context 8
    positions_are 21
    refuses_with 2 "no scored position" --documents 300
}

case_second_half() {
    works --scheme "$scheme" --limit 1024 --second-half --report r.json --plot ''
    positions_are 508 # 127 of 256
}

case_several_texts() {
    head -c 300 "$reference/config.json" >other.txt
    works --scheme "$scheme" --bytes "$reference/self-text.bin" --bytes other.txt "${quick[@]}" \
        --report r.json --plot ''
    [ "$(grep -c '"positions": 252' r.json)" -eq 2 ] || fail "not two texts: $(cat r.json)"
    grep -q 'other.txt, 252 positions' "$out" || fail "no column for other.txt"
    "$checker" shape r.json || fail "report"
}

# --- places of results -----------------------------------------------------------------------

case_unwritable_places() {
    : >file
    mkdir folder
    local sound=("${quick[@]}" "${no_files[@]}")
    for bad in file/x file/deep/x folder; do
        refuses_with 5 "--report '$bad' cannot be written" "${quick[@]}" --plot '' --report "$bad"
        refuses_with 5 "--plot '$bad' cannot be written" "${quick[@]}" --report '' --plot "$bad"
    done
    refuses_with 5 "--output 'file' cannot be written" "${sound[@]}" --output file
    refuses_with 5 "--output 'file/x' cannot be written" "${sound[@]}" --output file/x
    refuses_with 2 "name one file" "${quick[@]}" --report x --plot x
    refuses_in TMPDIR="$PWD/absent" "no directory for temporary files" "${sound[@]}"
}

# refuses_in VARIABLE=VALUE TEXT ARGUMENT...: refuses_with exit code 5 in that environment.
refuses_in() {
    local code=0
    env "$1" "$program" --scheme "$scheme" "${@:3}" >"$out" 2>"$err" </dev/null || code=$?
    [ "$code" -eq 5 ] || fail "exit code $code (expected 5)"
    says "$2"
    [ ! -s "$out" ] || fail "it began to work"
}

case_unwritable_without_permission() {
    [ "$(id -u)" -ne 0 ] || skip "root may write everywhere"
    mkdir locked
    chmod a-w locked
    refuses_with 5 "no permission to write" "${quick[@]}" --plot '' --report locked/r.json
    chmod u+w locked
}

case_output_fails_in_the_middle() {
    mkdir -p kept/$scheme/model.safetensors
    execute --scheme "$scheme" "${quick[@]}" "${no_files[@]}" --output kept
    [ "$code" -eq 5 ] || fail "exit code $code (expected 5)"
    says "kept/$scheme/model.safetensors"
    # What was measured before the failure is reported.
    execute --scheme uniform_symmetric3_g64 --scheme "$scheme" "${quick[@]}" --plot '' \
        --report r.json --output kept
    [ "$code" -eq 5 ] || fail "exit code $code (expected 5)"
    "$checker" shape r.json || fail "report"
    grep -q '"scheme": "uniform_symmetric3_g64"' r.json || fail "the first scheme's results are lost"
}

case_no_gnuplot() {
    mkdir bin
    refuses_in PATH="$PWD/bin" "Install gnuplot-nox" "${quick[@]}" --report r.json --plot p.svg
    [ ! -e r.json ] || fail "it worked first"
}

case_report_and_plot() {
    needs_gnuplot
    works --scheme uniform_symmetric3_g64 --scheme "$scheme" "${quick[@]}" --report new/r.json \
        --plot new/deep/p.svg
    grep -q 'Report: new/r.json' "$out" || fail "the report's name is not printed"
    grep -q 'Plot: new/deep/p.svg' "$out" || fail "the plot's name is not printed"
    "$checker" shape new/r.json || fail "report"
    grep -q '</svg>' new/deep/p.svg || fail "the plot is not whole"
    works --scheme "$scheme" "${quick[@]}" # the default places
    [ -s out/report.json ] || fail "no out/report.json"
}

case_plain_output() {
    works --scheme "$scheme" "${quick[@]}" "${no_files[@]}"
    grep -qE "^$scheme +4\.250 " "$out" || fail "no row for $scheme: $(cat "$out")"
    grep -qE '^float model' "$out" || fail "no row for the float model"
}

# --- what is written -------------------------------------------------------------------------

case_output_reopens() {
    works --scheme "$scheme" --scheme adaptive_quantile3_g32 "${quick[@]}" --output kept \
        --report r.json --plot ''
    for name in "$scheme" adaptive_quantile3_g32; do
        same_files "kept/$name/config.json" "$reference/config.json"
        [ -s "kept/$name/model.safetensors" ] || fail "no model of $name"
    done
    # What was kept is what was measured: the same run in a temporary directory agrees.
    works --scheme "$scheme" --scheme adaptive_quantile3_g32 "${quick[@]}" --report again.json \
        --plot ''
    "$checker" same r.json again.json || fail "reports"
    # A second run replaces the files, and a damaged file would not be believed.
    cp "kept/$scheme/model.safetensors" first
    overwrite "kept/$scheme/model.safetensors" 100000 'damage'
    works --scheme "$scheme" "${quick[@]}" --output kept "${no_files[@]}"
    same_files first "kept/$scheme/model.safetensors"
}

case_same_bytes_again_and_by_any_threads() {
    local schemes=(uniform_symmetric4_g64_mse uniform_asymmetric3_g32_kl
        normal_quantile4:nf_g64_log8_percentile adaptive_quantile3_g64_log8 ternary_g64_stochastic
        uniform_symmetric3_g64_noisy uniform_symmetric2_g100_error_diffusing binary_channel) run
    for run in 1:a 2:b 2:c; do
        works "${schemes[@]/#/--scheme=}" "${quick[@]}" --threads "${run%:*}" \
            --output "kept.${run#*:}" --report "${run#*:}.json" --plot ''
    done
    for name in "${schemes[@]}"; do
        for other in b c; do
            same_files "kept.a/$name/model.safetensors" "kept.$other/$name/model.safetensors"
        done
    done
    "$checker" same b.json c.json || fail "two runs"
    "$checker" same a.json b.json || fail "one thread and two"
}

case_seed() {
    for seed in 1 2 18446744073709551615; do
        works --scheme uniform_symmetric3_g64_stochastic --scheme "$scheme" "${quick[@]}" \
            --seed $seed --output kept.$seed "${no_files[@]}"
    done
    same_files "kept.1/$scheme/model.safetensors" "kept.2/$scheme/model.safetensors"
    ! cmp -s kept.{1,2}/uniform_symmetric3_g64_stochastic/model.safetensors ||
        fail "the seed has no effect"
    refuses_with 2 "--seed" --seed -1
    refuses_with 2 "--seed has no effect" --seed 7
}

case_threads() {
    refuses_with 2 "--threads" --threads -1
    refuses_with 2 "--threads" --threads 100000
    refuses_with 2 "--threads" --threads two
    works --scheme "$scheme" "${quick[@]}" "${no_files[@]}" --threads 0
}

case_unknown_option() {
    refuses_with 2 "--bogus" --bogus
    refuses_with 2 "stray" stray
    refuses_with 2 "--limit" --limit 1024 --limit 2048
}

# --- the report ------------------------------------------------------------------------------

case_loss_falls_with_bits() {
    local bits names=()
    for bits in 2 3 4 6 8; do
        names+=(--scheme "uniform_symmetric${bits}_g64")
    done
    works "${names[@]}" --limit 1024 --output kept --report r.json --plot ''
    "$checker" shape r.json || fail "report"
    "$checker" bits r.json $parameters kept || fail "bits"
    "$checker" falling r.json || fail "losses"
}

case_bits_by_arithmetic() {
    # Among them: ragged groups, whole rows, planes that pad, every scale format, a codebook.
    local schemes=(uniform_symmetric3_g64 uniform_symmetric5_g100 uniform_symmetric7_channel
        uniform_asymmetric3_g64 uniform_asymmetric5_g100 normal_quantile4_g32
        adaptive_quantile2_g64 adaptive_quantile4_g48_log8 uniform_symmetric8_g64_f32
        uniform_symmetric4_g64_bf16 uniform_symmetric6_g3_log8 binary_g7 ternary_g64
        ternary_g50_log8)
    works "${schemes[@]/#/--scheme=}" "${quick[@]}" --output kept --report r.json --plot ''
    "$checker" shape r.json || fail "report"
    "$checker" bits r.json $parameters kept || fail "bits"
}

case_bits_of_ragged_rows() {
    local model=$shared/models/stories260K text=$shared/text/tinystories-eval.tok512.npy
    [ -e "$model/model.safetensors" ] && [ -e "$text" ] || skip "no models beside the checkout"
    # Rows of 172, of which the last group of 64 has 44; 172 rows, of which the last tile has 12.
    local schemes=(uniform_symmetric3_g64 uniform_asymmetric3_g64 adaptive_quantile3_g64_log8
        ternary_g64 binary_g48)
    works --model "$model" --tokens "$text" "${schemes[@]/#/--scheme=}" "${quick[@]}" \
        --output kept --report r.json --plot ''
    "$checker" shape r.json || fail "report"
    "$checker" bits r.json 260032 kept || fail "bits"
}

# --- running them ----------------------------------------------------------------------------

if [ $# -eq 0 ]; then
    mapfile -t names < <(declare -F | sed -n 's/^declare -f case_//p')
    set -- "${names[@]}"
fi
mkdir -p "$scratch"
failed=0
passed=0
for name in "$@"; do
    declare -F "case_$name" >/dev/null || fail "there is no case '$name'"
    place=$(cd "$scratch" && pwd)/$name
    rm -rf "$place"
    mkdir -p "$place/tmp" "$place/work"
    code=0
    set +e # the case itself stops at the first failure
    (
        set -e
        export TMPDIR=$place/tmp
        out=$place/stdout
        err=$place/stderr
        cd "$place/work"
        "case_$name"
    )
    code=$?
    set -e
    case $code in
    0)
        echo "passed: $name"
        passed=$((passed + 1))
        ;;
    77) echo "skipped: $name" ;;
    *)
        echo "failed: $name (see $place)"
        failed=$((failed + 1))
        continue
        ;;
    esac
    rm -rf "$place"
done
[ "$failed" -eq 0 ] || exit 1
[ "$passed" -gt 0 ] || exit 77
