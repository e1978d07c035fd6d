// SPDX-License-Identifier: MIT
// The schemes that are measured when none is named.
#include "backend.hpp"
#include "options.hpp"

#include <set>

namespace quantize_model {

std::vector<std::string> default_schemes() {
    std::vector<std::string> schemes{"f16"};
    const auto add = [&](const std::string& layout) {
        for (const char* range : {"minmax", "mse"}) {
            schemes.push_back(layout + "_" + range);
        }
    };
    for (const char* mapping : {"uniform_symmetric", "uniform_asymmetric"}) {
        for (const char* bits : {"8", "6", "4", "3", "2"}) {
            add(std::string{mapping} + bits + "_g64");
        }
    }
    for (const char* mapping : {"normal_quantile", "adaptive_quantile"}) {
        for (const char* bits : {"4", "3", "2"}) {
            add(std::string{mapping} + bits + "_g64");
        }
    }
    add("ternary_g64");
    add("binary_g64");
    for (const char* mapping :
         {"uniform_symmetric4", "uniform_asymmetric4", "normal_quantile4", "adaptive_quantile4"}) {
        for (const char* grouping : {"g32", "g128", "channel"}) {
            schemes.push_back(std::string{mapping} + "_" + grouping + "_mse");
        }
    }
    return schemes;
}

std::vector<std::string> menu_schemes() {
    std::vector<std::string> schemes{"f16"};
    std::set<std::string> known;  // fixed group sizes repeat what the run-time size offers
    for (const std::string_view entry : menu_names()) {
        std::string name{entry};
        if (const auto at = name.find("@"); at != std::string::npos) { name.insert(at + 1, "0.5"); }
        if (const auto at = name.find("_gN"); at != std::string::npos) {
            name.replace(at, 3, "_g64");
        }
        name += "_mse";
        if (known.insert(name).second) { schemes.push_back(name); }
    }
    return schemes;
}

}  // namespace quantize_model
