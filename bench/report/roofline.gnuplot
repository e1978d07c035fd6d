# SPDX-License-Identifier: MIT
# Multiply-adds a second against stored bits a weight, below the roofs of this machine.
#   gnuplot -e "points='points.tsv'; out='compare.svg'" roofline.gnuplot

set datafile separator "\t"
set terminal svg size 1440,520 font 'sans-serif,13' background rgb 'white'
set output out
# Panels of which there are points.
panels = system(sprintf("awk '$2 != \"roof\" { print $1 }' %s | sort -u", points))
set multiplot layout 1,words(panels)
set border 3 lc rgb '#444444'
set tics nomirror
set grid ytics lc rgb '#dddddd' lt 1
set key top right samplen 1
set xtics 1
set xlabel 'stored bits a weight'

array titles[3] = ['gemv 4096x4096, weights from memory', 'gemv 4096x4096, weights from L3', \
                   'gemm 512x4096x4096']
# x of a point if it belongs to the family on panel i.
at(name) = ($1 == i && strcol(2) eq name) ? $3 : NaN

do for [panel in panels] {
    i = int(panel)
    set xrange [*:*]  # the next command leaves out what lies outside
    set yrange [*:*]
    stats points using (($1 == i && strcol(2) eq 'roof') ? $4 : NaN) nooutput name 'R'
    stats points using (($1 == i && strcol(2) ne 'roof') ? $4 : NaN) nooutput name 'P'
    roof = R_max
    height(x) = i == 3 ? roof : 8 * roof / x
    set xrange [1:10.5]
    set title titles[i]
    set ylabel (i == 1 ? 'multiply-adds a second, 10^9' : '')
    set yrange [0:(i == 3 ? 1.35 * roof : 1.1 * (P_max > height(3) ? P_max : height(3)))]
    plot height(x) title (i == 3 ? 'peak of the dot product' : 'read bandwidth') \
            with lines lw 2 lc rgb '#444444', \
        points using (at('ggml')):4 title 'ggml' with points pt 6 ps 0.8 lc rgb '#D55E00', \
        points using (at('ggml')):4:5 notitle with labels left offset 0.6,0 font ',9' \
            noenhanced tc rgb '#D55E00', \
        points using (at('other')):4 title 'XNNPACK, oneDNN' with points pt 8 lc rgb '#0072B2', \
        points using (at('other')):4:5 notitle with labels left offset 0.6,0 font ',9' \
            noenhanced tc rgb '#0072B2', \
        points using (at('g32')):4 title 'gradus, groups of 32' with points pt 7 lc rgb '#009E73', \
        points using (at('g128')):4 title 'gradus, groups of 128' \
            with points pt 5 lc rgb '#009E73', \
        points using (at('channel')):4 title 'gradus, whole rows' with points pt 9 lc rgb '#009E73'
}
unset multiplot
