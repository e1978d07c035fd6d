# SPDX-License-Identifier: MIT
# The JSON of Google Benchmark (one member a line) to the table of bench/compare.sh.

function value(line) {
    sub(/^[^:]*: */, "", line)
    gsub(/[",]/, "", line)
    return line
}

# The peer that stores as many bits a value, or "". It has no search, so searches have no peer.
function peer_of(operation, layout,    bits) {
    if (layout !~ /^uniform_/ || layout ~ /_mse$/) { return "" }
    bits = layout
    gsub(/^[a-z_]*|_.*$/, "", bits)
    return operation "/faiss_QT_" bits "bit"
}

/"run_name":/       { name = value($0); median = 0 }
/"aggregate_name":/ { median = (value($0) == "median") }
/"bytes_per_second":/ && median {
    split(name, part, "/")
    key = part[1] "/" part[2]
    speed[key] = value($0) / 1e9
    if (!(key in seen)) { order[++count] = key; seen[key] = 1 }
}

END {
    for (key in speed) {
        if (key ~ /^memcpy\/[0-9]+x/) { copy = speed[key] }
        if (key ~ /^memcpy\/.*MiB/) { memory = speed[key] }
    }
    printf "memory:  %.1f GB/s read and as much written (memcpy of 512 MiB)\n", memory
    printf "memcpy:  %.1f GB/s, the f32 values of the table\n\n", copy
    row = "%-6s  %-34s %9s  %8s  %-13s %11s  %13s\n"
    printf row, "", "layout", "ours GB/s", "/ memcpy", "peer", "theirs GB/s", "ours / theirs"
    for (i = 2; i <= count; ++i) {  # by name: interleaved benchmarks end in any order
        key = order[i]
        for (j = i - 1; j >= 1 && order[j] > key; --j) { order[j + 1] = order[j] }
        order[j + 1] = key
    }
    for (i = 1; i <= count; ++i) {
        key = order[i]
        split(key, part, "/")
        if (part[1] == "memcpy" || part[2] ~ /^faiss/) { continue }
        ratio = copy > 0 ? sprintf("%.3f", speed[key] / copy) : "-"
        peer = peer_of(part[1], part[2])
        if (peer in speed) {
            theirs = speed[peer]
            sub(/^.*\//, "", peer)
            printf row, part[1], part[2], sprintf("%.2f", speed[key]), ratio, peer,
                sprintf("%.2f", theirs), sprintf("%.2f", speed[key] / theirs)
        } else {
            printf "%-6s  %-34s %9.2f  %8s\n", part[1], part[2], speed[key], ratio
        }
    }
    print "\nOurs includes the check for finite values, ranges, allocation and codebook training."
    print "FAISS runs as it was built (by Debian: for any x86-64); its ranges are trained beforehand."
}
