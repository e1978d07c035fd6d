# SPDX-License-Identifier: MIT
# The points of roofline.gnuplot, from the lines of medians.awk: panel, family, stored bits a
# weight, 10^9 multiply-adds a second, label. Family `roof` carries a limit: GB/s, or 10^9
# multiply-adds a second.

BEGIN { FS = OFS = "\t" }

$1 == "machine/read/dram/threads:1" { print 1, "roof", 0, $2 / 1e9, "-" }
$1 == "machine/read/l3/threads:1"   { print 2, "roof", 0, $2 / 1e9, "-" }
$1 == "machine/int8/threads:1"      { print 3, "roof", 0, $3 / 1e9, "-" }

$1 ~ /^gem[vm]\/.*threads:1$/ && ($1 ~ /\/int8/ || $1 ~ /_f16\//) {
    count = split($1, part, "/")
    if (part[3] != "4096x4096") { next }
    panel = part[1] == "gemm" ? 3 : part[4] == "dram" ? 1 : 2
    if (panel == 3 && part[4] != "batch:512") { next }
    label = part[2]
    if (sub(/^ggml_/, "", label)) { family = "ggml" }
    else if (label ~ /^(xnnpack|onednn)_/) { family = "other" }
    else { family = label; sub(/_f16$/, "", family); sub(/^.*_/, "", family) }
    sub(/^xnnpack_/, "", label)
    point = panel OFS family OFS $4 OFS label  # several forms of activations: the fastest
    if ($3 / 1e9 > fastest[point]) { fastest[point] = $3 / 1e9 }
}

END {
    for (point in fastest) {
        split(point, part, OFS)
        print part[1], part[2], part[3], fastest[point], part[4]
    }
}
