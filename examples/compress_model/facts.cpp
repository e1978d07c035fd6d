// SPDX-License-Identifier: MIT
// Checksums of what is read, options as text.
#include "facts.hpp"

#include <gradus/core/config.hpp>
#include <gradus/io/checksum.hpp>

namespace compress_model {

using namespace gradus;

namespace {

std::string text_of(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

std::string sum_of_model(const session& job) {
    checksum sum;
    for (index_t i = 0; i < job.source.size(); ++i) {
        const tensor_view tensor = job.source.tensor(i);
        sum.add(std::as_bytes(std::span{tensor.name}));
        sum.add(tensor.data);
    }
    return sum.text();
}

std::string sum_of_calibration(const session& job) {
    checksum sum;
    for (index_t i = 0; i < job.calibration.sequences(); ++i) {
        const auto sequence = job.calibration.sequence(i);
        const auto length = static_cast<std::uint64_t>(sequence.size());
        sum.add(std::as_bytes(std::span{&length, 1}));
        sum.add(std::as_bytes(sequence));
    }
    return sum.text();
}

std::string sum_of_texts(const session& job) {
    checksum sum;
    for (const measured_text& text : job.texts) {
        sum.add(std::as_bytes(std::span{text.name}));
        sum.add(std::as_bytes(std::span{text.tokens}));
    }
    return sum.text();
}

std::string widths_text(const options& wanted) {
    std::string text;
    for (const int width : wanted.widths) {
        text += (text.empty() ? "" : ",") + std::to_string(width);
    }
    return text;
}

}  // namespace

facts facts_of(const session& job) {
    const options& o = job.wanted;
    return {
        {"model", sum_of_model(job)},
        {"calibration", sum_of_calibration(job)},
        {"texts", sum_of_texts(job)},
        {"instruction set", isa_name},
        {"--context", std::to_string(o.context)},
        {"--second-half", o.second_half ? "yes" : "no"},
        {"--widths", widths_text(o)},
        {"--allocator", o.allocator},
        {"--importance", o.importance},
        {"--clusters", o.clusters},
        {"--dependence", o.dependence},
        {"--storage", o.storage},
        {"--order", o.order},
        {"--group", std::to_string(o.group)},
        {"--block", std::to_string(o.block)},
        {"--scale-search", o.scale_search ? "yes" : "no"},
        {"--fixed-groups", o.fixed_groups ? "yes" : "no"},
        {"--seed", o.seed ? std::to_string(*o.seed) : "1"},
        {"--refine", std::to_string(o.refine)},
        {"--quality", std::to_string(o.quality)},
        {"--damping", o.damping ? text_of(*o.damping) : "0.1, with zeros 0.3"},
        {"--damping-rule", o.damping_rule},
        {"--match", text_of(o.match)},
        {"format", "1"},
    };
}

}  // namespace compress_model
