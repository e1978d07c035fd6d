# SPDX-License-Identifier: MIT
# The table of attention, from the lines of medians.awk. Names are
# attention/<cache>/<tokens>/queries:<q>/threads:<n>.

# Bits of a code: 8 of uniform8_g128_int8, of ggml_q8_0.
function width(who,    digits) {
    digits = who
    sub(/^(ggml_)?[a-z]*/, "", digits)
    return digits + 0
}

function milliseconds(i) { return 2 * 32 * 128 * tokens[i] * queries[i] / speed[i] * 1e3 }

BEGIN { FS = "\t" }

$1 ~ /^machine\/read\/dram/ { split($1, part, "/"); read[substr(part[4], 9)] = $2 }
$1 ~ /^machine\/f32\//      { fma = $3 }
$1 ~ /^machine\/int8\//     { dot = $3 }

$1 ~ /^attention\// {
    split($1, part, "/")
    ++count
    names[count] = part[2]; tokens[count] = part[3]; threads[count] = substr(part[5], 9)
    queries[count] = substr(part[4], 9); table[count] = part[3] "/" queries[count] "/" part[5]
    bytes[count] = $2; speed[count] = $3; stored[count] = $4; wrong[count] = $5
    order[count] = sprintf("%03d %s %05.2f %s", queries[count], table[count], 99 - $4, part[2])
    index_of[count] = count
}

END {
    for (i = 2; i <= count; ++i) {  # interleaved benchmarks end in any order
        key = index_of[i]
        for (j = i - 1; j >= 1 && order[index_of[j]] > order[key]; --j) {
            index_of[j + 1] = index_of[j]
        }
        index_of[j + 1] = key
    }
    for (k = 1; k <= count; ++k) {
        i = index_of[k]
        if (table[i] != last) {
            printf "\nattention of %d token%s over %d, 32 query heads, 8 of keys and values, " \
                "width 128, %d thread%s\n", queries[i], (queries[i] > 1 ? "s" : ""), tokens[i],
                threads[i], (threads[i] > 1 ? "s" : "")
            printf "%-22s %6s %8s %7s %7s %7s %9s  %s\n", "cache", "bits", "ms", "GB/s", "memory",
                "peak", "error", "ggml of the same width: their time / ours"
            last = table[i]
        }
        peak = names[i] ~ /int8$/ ? dot : names[i] ~ /int16$/ ? dot / 2 : fma
        ratio = ""
        for (j = 1; j <= count && names[i] !~ /^ggml_/; ++j) {
            if (names[j] !~ /^ggml_/ || table[j] != table[i]) { continue }
            if (width(names[j]) == width(names[i])) {
                ratio = sprintf("%s %.1f", names[j], speed[i] / speed[j])
            }
        }
        printf "%-22s %6.3g %8.2f %7.1f %6.0f%% ", names[i], stored[i], milliseconds(i),
            bytes[i] / 1e9, (read[threads[i]] > 0 ? 100 * bytes[i] / read[threads[i]] : 0)
        if (names[i] ~ /^ggml_/) { printf "%7s ", "" }
        else { printf "%6.0f%% ", (peak > 0 ? 100 * speed[i] / peak / threads[i] : 0) }
        printf "%9.2g  %s\n", wrong[i], ratio
    }
    print "\nGB/s of stored bytes; memory: share of what is read from DRAM at best; peak: of the"
    print "multiply-adds that the form of queries and weights allows (int16 takes two products, floats"
    print "a fused multiply-add)."
}
