// SPDX-License-Identifier: MIT
// Names to schemes; whatever would have no effect is refused.
#include "backend.hpp"
#include "plan.hpp"

#include <gradus/config/parse_scheme.hpp>

#include <algorithm>
#include <string>
#include <tuple>
#include <variant>

namespace quantize_model {

using gradus::errc;
using gradus::error;
using gradus::index_t;

namespace {

/// What a scheme does, however it is spelt.
auto meaning_of(const gradus::scheme& how) {
    const auto knob_of = []<class Policy>(const Policy& policy) {
        if constexpr (requires { policy.percent; }) { return policy.percent; }
        if constexpr (requires { policy.norm; }) { return policy.norm; }
        if constexpr (requires { policy.fraction; }) { return policy.fraction; }
        return 0.0f;
    };
    return std::tuple{how.layout.text(),
                      how.placement,
                      how.exact_zero,
                      how.range.choice.index(),
                      how.rounding.index(),
                      std::visit(knob_of, how.range.choice),
                      std::visit(knob_of, how.rounding)};
}

/// Two names of one scheme, if there are such.
std::optional<error> synonyms(const std::vector<planned_scheme>& planned) {
    for (index_t i = 0; i < planned.size(); ++i) {
        for (index_t j = 0; j < i; ++j) {
            if (planned[i].parsed && planned[j].parsed &&
                meaning_of(*planned[i].parsed) == meaning_of(*planned[j].parsed)) {
                return error{errc::invalid_argument, "schemes '" + planned[j].name + "' and '" +
                                                         planned[i].name +
                                                         "' are one scheme; drop one of them"};
            }
        }
    }
    return std::nullopt;
}

/// Whether any scheme has a random rounding.
bool draws_numbers(const std::vector<planned_scheme>& planned) {
    return std::any_of(planned.begin(), planned.end(), [](const planned_scheme& scheme) {
        return scheme.parsed &&
               (std::holds_alternative<gradus::stochastic>(scheme.parsed->rounding) ||
                std::holds_alternative<gradus::noisy<>>(scheme.parsed->rounding));
    });
}

}  // namespace

gradus::result<std::vector<planned_scheme>> plan(const options& wanted) {
    if (wanted.all && !wanted.schemes.empty()) {
        return error{errc::invalid_argument, "--all and --scheme exclude each other"};
    }
    std::vector<std::string> names = wanted.schemes;
    if (names.empty()) { names = wanted.all ? menu_schemes() : default_schemes(); }
    std::vector<planned_scheme> planned;
    for (const std::string& name : names) {
        if (std::count(names.begin(), names.end(), name) > 1) {
            return error{errc::invalid_argument, "scheme '" + name + "' is given twice"};
        }
        if (name == "f16") {
            planned.push_back({name, std::nullopt});
            continue;
        }
        auto parsed = gradus::parse_scheme(name);
        if (!parsed) { return parsed.error(); }
        if (!on_menu(parsed->layout)) {
            std::string choices;
            for (const std::string_view entry : menu_names()) {
                choices += "\n  " + std::string{entry};
            }
            return error{errc::invalid_argument, "scheme '" + name + "': layout '" +
                                                     parsed->layout.text() +
                                                     "' is not on the menu; choices:" + choices};
        }
        planned.push_back({name, std::move(parsed).value()});
    }
    if (auto same = synonyms(planned)) { return *same; }
    if (wanted.seed && !draws_numbers(planned)) {
        return error{errc::invalid_argument,
                     "--seed has no effect: no scheme rounds at random (stochastic, noisy)"};
    }
    return planned;
}

gradus::status check_groups(const std::vector<planned_scheme>& planned, const session& shared) {
    index_t widest = 0;
    for (const std::string& name : shared.chosen) {
        widest = std::max(widest, shared.weights.at(name).cols);
    }
    for (const planned_scheme& scheme : planned) {
        if (scheme.parsed && scheme.parsed->layout.group > widest) {
            return error{errc::invalid_argument,
                         "scheme '" + scheme.name + "': no chosen tensor has rows of more than " +
                             std::to_string(widest) + " columns; say 'channel'"};
        }
    }
    return gradus::done{};
}

/// Schemes whose losses agree to the last digit: one of them did not do what it says.
std::optional<error> twins(const report& measured) {
    for (index_t i = 0; i < measured.runs.size(); ++i) {
        for (index_t j = 0; j < i; ++j) {
            const bool same = std::equal(
                measured.runs[i].losses.begin(), measured.runs[i].losses.end(),
                measured.runs[j].losses.begin(), [](const text_loss& a, const text_loss& b) {
                    return a.ppl == b.ppl && a.kld == b.kld;
                });
            if (same) {
                return error{errc::no_effect, "schemes '" + measured.runs[j].scheme + "' and '" +
                                                  measured.runs[i].scheme +
                                                  "' have identical losses to all digits (they "
                                                  "store the same values); drop one of them"};
            }
        }
    }
    return std::nullopt;
}

}  // namespace quantize_model
