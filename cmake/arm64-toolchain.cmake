# SPDX-License-Identifier: MIT
# Cross compiling to 64-bit Arm on Debian, running under qemu.
#
# Packages: g++-aarch64-linux-gnu, qemu-user. What gradus needs are headers alone, so that those of
# the build machine serve.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64;-L;/usr/aarch64-linux-gnu)
