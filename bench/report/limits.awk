# SPDX-License-Identifier: MIT
# The limits of the machine, from the lines of medians.awk.

BEGIN { FS = "\t" }
$1 ~ /^machine\/read\// {
    split($1, part, "/")
    split(part[4], threads, ":")
    printf "read %-4s, %d thread%s %6.1f GB/s (best rounds %.1f)\n", part[3], threads[2],
        (threads[2] > 1 ? "s:" : ": "), $2 / 1e9, $6 / 1e9
}
$1 ~ /^machine\/store/ { printf "store l2,  1 thread:  %6.1f GB/s\n", $2 / 1e9 }
$1 ~ /^machine\/f32/   { printf "f32,       1 thread:  %6.1f GFLOP/s (%s)\n", 2 * $3 / 1e9, $7 }
$1 ~ /^machine\/int8/  { printf "int8,      1 thread:  %6.1f GOP/s (%s)\n", 2 * $3 / 1e9, $7 }
