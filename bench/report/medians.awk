# SPDX-License-Identifier: MIT
# The JSON of Google Benchmark (one member a line), medians only, to one line a benchmark:
# name, bytes a second, multiply-adds a second, bits a weight, relative error, best round, label.

function value(line) {
    sub(/^[^:]*: */, "", line)
    gsub(/[",]/, "", line)
    return line
}

function flush() {
    if (name != "" && median) {
        printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, bytes, products, bits, error, best, label
    }
    name = ""
    median = bytes = products = bits = error = best = 0
    label = "-"
}

BEGIN { OFS = "\t"; flush() }
/"name":/             { flush() }
/"run_name":/         { name = value($0); sub(/\/(iterations|real_time|manual_time).*$/, "", name) }
/"aggregate_name":/   { median = (value($0) == "median") }
/"bytes_per_second":/ { bytes = value($0) }
/"multiply_adds":/    { products = value($0) }
/"bits":/             { bits = value($0) }
/"error":/            { error = value($0) }
/"best":/             { best = value($0) }
/"label":/            { label = value($0) }
END { flush() }
