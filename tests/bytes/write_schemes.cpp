// SPDX-License-Identifier: MIT
// Writes packed models by schemes that between them use every mapping, scale format, range and
// rounding, and prints a hash of each file. All builds and thread counts must print the same.
//
//   write_schemes MODEL SCRATCH THREADS      MODEL: a directory; SCRATCH: a directory to write in
#include <gradus/config/parse_scheme.hpp>
#include <gradus/config/quantize_scheme.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/variance_adaptive.hpp>
#include <gradus/io/mapped_file.hpp>
#include <gradus/io/packed_writer.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/layout/shipped_menu.hpp>
#include <gradus/range/group_loss.hpp>
#include <gradus/simd/batch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace gradus;

template <class M, class S = f16_scale> using any_group = layout<M, group<>, S>;

/// What the schemes below need; those of the shipped menu would take minutes to compile.
using small_menu = menu<any_group<uniform_symmetric<4>>,
                        any_group<uniform_symmetric<3>, log8_scale>,
                        any_group<shipped::restricted<5>, bf16_scale>,
                        any_group<shifted<uniform_symmetric<2>>>,
                        any_group<uniform_asymmetric<4>>,
                        any_group<uniform_asymmetric<3>, log8_scale>,
                        any_group<normal_quantile<4>>,
                        any_group<shipped::equal_mass<3>>,
                        any_group<shipped::nf<4>, log8_scale>,
                        any_group<adaptive_quantile<4>>,
                        any_group<adaptive_quantile<3>, log8_scale>,
                        any_group<binary, log8_scale>,
                        any_group<ternary>,
                        layout<uniform_symmetric<8>, tensor, f32_scale>>;

constexpr std::array schemes{
    "uniform_symmetric4_g64_f16_mse",
    "uniform_symmetric4_g100_f16_minmax_error_diffusing",
    "uniform_symmetric3_g48_log8_mse=3.5_stochastic",
    "uniform_symmetric5:restricted_channel_bf16_percentile=99",
    "uniform_symmetric2@0.375_g64_f16_kl",
    "uniform_asymmetric4_g32_f16_mse_error_diffusing",
    "uniform_asymmetric3_g7_log8_percentile=97_noisy=0.3",
    "normal_quantile4_g64_f16_mse=1",
    "normal_quantile3:equal_mass_g48_f16_kl_stochastic",
    "normal_quantile4:nf_g64_log8_mse_error_diffusing",
    "adaptive_quantile4_g64_f16_mse",
    "adaptive_quantile3:density_g32_log8_mse=2.5_noisy",
    "adaptive_quantile3:mass:zero_channel_log8_minmax",
    "binary_g64_log8_mse",
    "ternary_g64_f16_mse_stochastic",
    "uniform_symmetric8_tensor_f32_mse",
};

struct matrix {
    std::string name;
    index_t rows;
    index_t cols;
    std::vector<float> values;
    std::vector<float> importance;  // [cols], or empty

    [[nodiscard]] weights_view view() const { return {values.data(), rows, cols}; }
};

template <class T> T need(result<T> outcome) {
    if (!outcome) {
        std::fprintf(stderr, "write_schemes: %s\n", outcome.error().message.c_str());
        std::exit(1);
    }
    return std::move(outcome).value();
}

void need_done(const status& outcome) {
    if (outcome) { return; }
    std::fprintf(stderr, "write_schemes: %s\n", outcome.error().message.c_str());
    std::exit(1);
}

/// Every fifth matrix of the decoder. The stored BF16 values have 8-bit significands, with which
/// many products are exact: those of every other matrix are spread over all 24 bits. These also
/// get importances, and lose rows and columns, so that tiles and groups are ragged.
std::vector<matrix> matrices_of(const std::string& model) {
    const auto source = need(safetensors_source::open(model));
    std::vector<matrix> chosen;
    index_t seen = 0;
    for (index_t i = 0; i < source.size(); ++i) {
        const tensor_view stored = source.tensor(i);
        if (!stored.name.ends_with("_proj.weight") || seen++ % 5 != 0) { continue; }
        matrix whole{std::string{stored.name},
                     stored.rows(),
                     stored.cols(),
                     std::vector<float>(stored.elements()),
                     {}};
        need_done(read_finite_floats(stored, whole.values));
        if (chosen.size() % 2 == 1) {
            matrix cut{whole.name, whole.rows - 7, whole.cols - 21, {}, {}};
            for (index_t r = 0; r < cut.rows; ++r) {
                for (const float w : whole.view().row(r).first(cut.cols)) {
                    cut.values.push_back(w * 0.73908513f);
                }
            }
            for (index_t c = 0; c < cut.cols; ++c) {
                cut.importance.push_back(0.1f + static_cast<float>(c * 37 % 64) / 7.0f);
            }
            whole = std::move(cut);
        }
        chosen.push_back(std::move(whole));
    }
    return chosen;
}

/// The values that a part decodes to.
std::vector<float> decoded(const packed_part& part, const scheme& how) {
    std::vector<float> values(part.rows * part.cols);
    small_menu::visit(how.layout, [&]<class L>(const layout_choice<L>& choice) {
        const auto view =
            need(view_of(choice, part.bytes.bytes(), part.rows, part.cols, part.codebook));
        decode(view, matrix_view<float>{values.data(), part.rows, part.cols});
    });
    return values;
}

/// Range searches and codebook training weigh errors; elsewhere importances are refused.
bool takes_importance(std::string_view scheme) {
    return scheme.find("_mse") != scheme.npos || scheme.starts_with("adaptive");
}

/// Every loss that the range search of a matrix compares, by the definition and by its kernel.
/// Two losses rarely swap their order for a last bit, so that files alone would not show it.
template <mapping M> std::string losses_of(const matrix& m, const M& map, float norm) {
    const mse_search how{.norm = norm};
    checksum sum;
    for (index_t r = 0; r < m.rows; ++r) {
        for (index_t first = 0; first < m.cols; first += 64) {
            const index_t count = std::min<index_t>(64, m.cols - first);
            const floats values = m.view().row(r).subspan(first, count);
            const floats weights =
                m.importance.empty() ? floats{} : floats{m.importance}.subspan(first, count);
            (void)how.search(values, map, [&](typename M::params p) {
                const std::array both{
                    group_loss<float>(map, p, values, weights, how.half_power()),
                    group_loss<simd::f32x16>(map, p, values, weights, how.half_power())};
                sum.add(std::as_bytes(std::span{both}));
                return both[0];
            });
        }
    }
    return sum.text();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: write_schemes MODEL SCRATCH THREADS\n");
        return 2;
    }
    const std::vector<matrix> matrices = matrices_of(argv[1]);
    const std::string file = (std::filesystem::path{argv[2]} / "packed.safetensors").string();
    thread_pool threads{static_cast<unsigned>(std::atoi(argv[3]))};
    std::printf("%s\n", isa_name);
    for (const char* const name : schemes) {
        const scheme how = need(parse_scheme(name));
        packed_writer writer;
        checksum values;
        std::uint64_t number = 0;
        for (const matrix& m : matrices) {
            packed_part part =
                need(quantize_scheme<small_menu>(
                         m.view(), how, {7, number++},
                         takes_importance(name) ? floats{m.importance} : floats{}, threads)
                         .second);
            const std::vector<float> read_back = decoded(part, how);
            values.add(std::as_bytes(std::span{read_back}));
            writer.add_matrix(m.name, std::move(part));
        }
        (void)need(writer.write(file));
        const auto bytes = need(mapped_file::open(file));
        std::printf("%s %s %s\n", checksum::of(bytes.bytes()).c_str(), values.text().c_str(), name);
    }
    std::string sizes;
    for (const matrix& m : matrices) {
        constexpr std::array<index_t, 5> candidates{8, 16, 32, 64, 128};
        sizes += " " + std::to_string(variance_adaptive{}.pick(m.view(), candidates).size);
    }
    std::printf("variance_adaptive%s\n", sizes.c_str());
    for (const matrix& m : matrices) {
        std::printf("losses %s %s %s %s\n", losses_of(m, uniform_symmetric<4>{}, 2.0f).c_str(),
                    losses_of(m, uniform_asymmetric<3>{}, 3.5f).c_str(),
                    losses_of(m, normal_quantile<3>{}, 1.0f).c_str(),
                    losses_of(m, shifted<uniform_symmetric<4>>{.offset = 0.3f}, 2.5f).c_str());
    }
    std::filesystem::remove(file);
}
