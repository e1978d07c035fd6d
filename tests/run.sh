#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a bare Debian 12 to the results of all tests: installs, configures, builds, tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

. tests/packages.sh
need_packages g++ cmake ninja-build pkg-config libxsimd-dev libeigen3-dev doctest-dev \
    nlohmann-json3-dev libcli11-dev gnuplot-nox

cmake --preset dev -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
cmake --build --preset dev -- -k 0
ctest --preset dev --output-on-failure -j "$(nproc)"
