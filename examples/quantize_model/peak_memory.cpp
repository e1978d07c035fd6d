// SPDX-License-Identifier: MIT
// VmHWM of /proc/self/status; writing 5 to /proc/self/clear_refs resets it.
#include "peak_memory.hpp"

#include <fstream>
#include <string>

namespace quantize_model {

void reset_peak_memory() {
    std::ofstream{"/proc/self/clear_refs"} << "5";
}

std::uint64_t peak_memory() {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;) {
        if (word != "VmHWM:") { continue; }
        std::uint64_t kibibytes = 0;
        status >> kibibytes;
        return kibibytes * 1024;
    }
    return 0;
}

}  // namespace quantize_model
