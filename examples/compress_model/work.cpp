// SPDX-License-Identifier: MIT
// Findings into the report, and to whoever watches.
#include "work.hpp"

#include <algorithm>
#include <iostream>

namespace compress_model {

using namespace gradus;

void work::note(std::span<const finding> findings) {
    for (const finding& f : findings) {
        std::pair<std::string, std::string> entry{std::string{f.id}, f.message};
        auto& all = measured.findings;
        if (std::find(all.begin(), all.end(), entry) != all.end()) { continue; }
        std::cerr << "note (" << f.id << "): " << f.message << '\n';
        all.push_back(std::move(entry));
    }
}

std::string directory_name(std::string name) {
    std::replace(name.begin(), name.end(), ' ', '_');
    std::replace(name.begin(), name.end(), ':', '-');
    return name;
}

}  // namespace compress_model
