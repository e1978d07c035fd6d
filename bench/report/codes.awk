# SPDX-License-Identifier: MIT
# The table of encoders and decoders, from the lines of medians.awk. Names are
# <operation>/<contestant>/<rows>x<cols>; bytes are those of the f32 values.

# Bits of a code: 4 of uniform_symmetric4_g64_f16, of ggml_q4_K, of faiss_QT_4bit.
function width(who,    digits) {
    if (who ~ /^(ternary|ggml_tq)/) { return 1.6 }
    if (who ~ /^binary/) { return 1 }
    digits = who
    if (!sub(/^ggml_[a-z]*/, "", digits) && !sub(/^faiss_QT_/, "", digits)) {
        sub(/^[a-z_]*/, "", digits)
    }
    return digits + 0
}

function peer(who) { return who ~ /^(ggml|faiss)_/ }

# Searching for the best scale or level, as ggml's K formats do.
function searches(who) { return who ~ /(_mse|search|lloyd|train|percentile)/ }

function fair(ours, theirs) {
    return !searches(work[ours] who[ours]) || who[theirs] ~ /^ggml_.*_K$/ ||
        who[theirs] !~ /^ggml_/
}

# The fastest of `kind` with as many bits and the same shape, as three columns.
function theirs(i, kind,    j, best) {
    for (j = 1; j <= count; ++j) {
        if (who[j] !~ kind || work[j] != work[i] || shape[j] != shape[i]) { continue }
        if (width(who[j]) != width(who[i]) || !fair(i, j)) { continue }
        if (!best || speed[j] > speed[best]) { best = j }
    }
    if (!best) { return sprintf("  %-14s %8s %7s", "-", "", "") }
    return sprintf("  %-14s %8.3f %7.1f", who[best], speed[best] / 1e9, speed[i] / speed[best])
}

BEGIN { FS = "\t" }

$1 ~ /^machine\/read\/dram\/threads:1/ { read = $2 }
$1 ~ /^machine\/store\/l2/             { store = $2 }

$1 ~ /^memcpy\// { printf "%s: %.1f GB/s read and as much written\n", $1, $2 / 1e9 }

$1 !~ /^(machine|memcpy|gemv|gemm)\// && split($1, part, "/") >= 2 {
    ++count
    work[count] = part[1]; who[count] = part[2]; shape[count] = part[3]; speed[count] = $2
    note[count] = $7 == "-" ? "" : "  " $7
    order[count] = sprintf("%s %s %04.1f %s", part[1], part[3], width(part[2]), part[2])
    index_of[count] = count
}

END {
    for (i = 2; i <= count; ++i) {
        key = index_of[i]
        for (j = i - 1; j >= 1 && order[index_of[j]] > order[key]; --j) {
            index_of[j + 1] = index_of[j]
        }
        index_of[j + 1] = key
    }
    if (count == 0) { exit }
    printf "\n%-7s %-34s %9s %8s %6s  %-14s %8s %7s  %-14s %8s %7s\n", "", "ours", "values", "GB/s",
        "limit", "best ggml", "GB/s", "ratio", "best FAISS", "GB/s", "ratio"
    for (i = 1; i <= count; ++i) {
        k = index_of[i]
        if (peer(who[k])) { continue }
        wall = work[k] == "decode" ? store : read
        printf "%-7s %-34s %9s %8.3f %5.0f%%%s%s%s\n", work[k], who[k], shape[k], speed[k] / 1e9,
            (wall > 0 ? 100 * speed[k] / wall : 0), theirs(k, "^ggml_"), theirs(k, "^faiss_"), note[k]
    }
    print "\nThe limit of decoding is storing in L2, that of all else reading from memory."
}
