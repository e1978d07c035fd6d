// SPDX-License-Identifier: MIT
// Fixed-width text.
#include "table.hpp"

#include <array>
#include <cstdio>
#include <ostream>

namespace generate_text {
namespace {

template <class... T> std::string print_to_string(const char* format, T... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

double mebi(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 0x1p20;
}

}  // namespace

void print_head(std::ostream& out, const report& about) {
    out << print_to_string("%s activations, %u thread%s, prompt of %u tokens, %u written\n",
                           about.activations.c_str(), about.threads, about.threads == 1 ? "" : "s",
                           static_cast<unsigned>(about.prompt_tokens),
                           static_cast<unsigned>(about.tokens))
        << print_to_string("%-30s %7s %8s %7s %8s  %-39s %6s %6s %7s %7s\n", "", "bits per",
                           "first", "prefill", "weights", "decode, tokens/s, sequences together",
                           "read", "of the", "peak", "cache")
        << print_to_string("%-30s %8s %8s %7s %8s %7s %7s %7s %7s %7s  %6s %6s %7s %7s", "weights",
                           "weight", "ms", "tok/s", "MiB/step", "1", "2", "4", "8", "16", "GB/s",
                           "limit", "MiB", "B/token")
        << std::endl;
}

void print_row(std::ostream& out, const row& one) {
    out << print_to_string("%-30s %8.3f %8.3f %7.0f %8.3f", one.weights.c_str(),
                           one.bits_per_weight, 1e3 * one.first_token_seconds,
                           one.prefill_tokens_per_second, mebi(one.weight_bytes));
    for (const batch_rate& rate : one.decode) {
        out << print_to_string(" %7.0f", rate.tokens_per_second);
    }
    out << print_to_string("  %6.1f %4.0f %% %7.2f %7u", 1e-9 * one.read_bandwidth,
                           100.0 * one.decode.front().bandwidth_fraction, mebi(one.peak_bytes),
                           static_cast<unsigned>(one.cache_bytes_per_token))
        << std::endl;
}

void print_texts(std::ostream& out, const report& measured) {
    for (const row& one : measured.rows) {
        out << "\n--- " << one.weights << " ---\n" << one.text << '\n';
    }
    out << std::flush;
}

}  // namespace generate_text
