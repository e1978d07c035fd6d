# SPDX-License-Identifier: MIT
# The tables of gemv and gemm, from the lines of medians.awk. Names are
# gemv/<contestant>/<rows>x<cols>/<memory>/<activations>/threads:<n>; gemm has batch:<n>/ before
# the memory.

function fields(name,    part, count) {
    count = split(name, part, "/")
    work = part[1]; who = part[2]; shape = part[3]
    tokens = work == "gemm" ? substr(part[4], 7) : 1
    where = part[count - 2]; form = part[count - 1]; threads = substr(part[count], 9)
    table = sprintf("%s %8s %3d %-4s %d", work, shape, tokens, where, threads)
}

# Bits of a code: 4 of uniform_symmetric4_g32_f16, of ggml_q4_K, of xnnpack_qb4w_g32.
function width(who,    digits) {
    if (who ~ /^binary/)  { return 1 }
    if (who ~ /^(ternary.*_planes2|ggml_tq2)/) { return 2.06 }
    if (who ~ /^(ternary|ggml_tq1)/) { return 1.6 }
    digits = who
    if (who ~ /^ggml_/)    { sub(/^ggml_[a-z]*/, "", digits) }
    if (who ~ /^xnnpack_/) { sub(/^xnnpack_[a-z]*/, "", digits) }
    if (who ~ /^onednn_/)  { return 8 }
    if (who ~ /^openblas/) { return 32 }
    if (digits == who)     { sub(/^[a-z_]*/, "", digits) }
    return digits + 0
}

# Which others a layout of ours is held against: the same width, and XNNPACK with the same groups.
function rivals(ours, theirs,    group) {
    if (width(ours) != width(theirs)) { return 0 }
    if (theirs !~ /^xnnpack_q.4w/) { return 1 }
    group = theirs == "xnnpack_qc4w" ? "channel" : theirs
    sub(/^.*_/, "", group)
    return ours ~ ("_" group "_")
}

function peer(who) { return who ~ /^(ggml|xnnpack|onednn|openblas)_/ }

# Percent of what limits row i: reading for gemv, multiplying for gemm.
function share(i,    part, limit) {
    split(tables[i], part, " ")
    limit = part[5] * (forms[i] == "f32" ? fma : dot)
    if (part[1] == "gemv") { limit = read[part[4], part[5]] }
    return limit > 0 ? 100 * (part[1] == "gemv" ? bytes[i] : speed[i]) / limit : 0
}

# The fastest rival in the same table whose name matches `kind`: sets found.
function fastest(ours, kind,    j, t) {
    found = 0
    for (j = 1; j <= count; ++j) {
        if (tables[j] != tables[current] || names[j] !~ kind) { continue }
        if (!rivals(ours, names[j])) { continue }
        if (!found || speed[j] > speed[found]) { found = j }
    }
}

function theirs(kind,    ratio) {
    fastest(names[current], kind)
    if (!found) { return sprintf("  %-22s %5s %6s %7s %6s", "-", "", "", "", "") }
    return sprintf("  %-22s %5.3g %6.1f %7.4f %6.2f", names[found], stored[found], rate(found),
        wrong[found], speed[current] / speed[found])
}

# GB/s for gemv, GOP/s for gemm.
function rate(i) { return tables[i] ~ /^gemv/ ? bytes[i] / 1e9 : 2 * speed[i] / 1e9 }

function group_order(who) {
    return who ~ /_g32_/ ? 1 : who ~ /_g128_/ ? 2 : 3
}

BEGIN { FS = "\t" }

$1 ~ /^machine\/read\// { split($1, part, "/"); read[part[3], substr(part[4], 9)] = $2 }
$1 ~ /^machine\/f32\//  { fma = $3 }
$1 ~ /^machine\/int8\// { dot = $3 }

$1 ~ /^gem[vm]\// {
    fields($1)
    ++count
    tables[count] = table; names[count] = who; forms[count] = form
    bytes[count] = $2; speed[count] = $3; stored[count] = $4; wrong[count] = $5
    order[count] = sprintf("%s %05.1f %s %d %s", table, width(who), form, group_order(who), who)
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
    for (i = 1; i <= count; ++i) {
        current = index_of[i]
        if (peer(names[current])) { continue }
        if (tables[current] != last) {
            split(tables[current], part, " ")
            printf "\n%s %s, %d token%s, weights from %s, %d thread%s\n", part[1], part[2], part[3],
                (part[3] > 1 ? "s" : ""), part[4], part[5], (part[5] > 1 ? "s" : "")
            unit = part[1] == "gemv" ? "GB/s" : "GOP/s"
            head = sprintf("  %-22s %5s %6s %7s %6s", "%s", "bits", unit, "error", "ratio")
            printf "%-34s %-10s %5s %6s %6s %7s", "ours", "x", "bits", unit, "limit", "error"
            printf head, "best ggml"
            printf head "\n", "other"
            last = tables[current]
        }
        printf "%-34s %-10s %5.3g %6.1f %5.0f%% %7.4f", names[current], forms[current],
            stored[current], rate(current), share(current), wrong[current]
        printf "%s%s\n", theirs("^ggml_"), theirs("^(xnnpack|onednn|openblas)_")
    }
}

