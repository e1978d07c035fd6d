// SPDX-License-Identifier: MIT
// Integer sums of one segment: the rows of a tile times a few tokens.
#pragma once

#include <gradus/kernels/token_operands.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// What is summed at once: tokens, digits of theirs, bytes of a code, halves of a tile; codes
/// themselves or `Fractions` (block_units.hpp).
template <index_t Tokens, index_t Digits, index_t Terms, index_t Halves, bool Fractions = false>
struct sum_shape {
    static constexpr index_t tokens = Tokens;
    static constexpr index_t digits = Digits;
    static constexpr index_t terms = Terms;
    static constexpr index_t halves = Halves;
    static constexpr index_t count = Tokens * Digits * Terms * Halves;
    static constexpr bool fractions = Fractions;

    /// A sum waits for the one before it (about three cycles a dot product), so few sums run in
    /// several chains, quad by quad in turn. Of fractions, the second chain sums the successors.
    static constexpr index_t chains = Fractions || count <= 2 ? 2 : 1;
};

/// The sums, one lane a row.
template <class Shape> class segment_sums {
    static constexpr index_t terms = Shape::terms;
    static constexpr index_t halves = Shape::halves;

    /// Of two terms g++ 12 reads the bytes again for every token, if let: three quarters of the
    /// speed. (To hold the activations too loses half of the gain.)
    static constexpr bool reads_again = terms == 2 && Shape::tokens > 1 && simd::parts == 1;

  public:
    GRADUS_INLINE void clear() {
        simd::unrolled<Shape::chains * Shape::count>([&](index_t i) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                sum_[i / Shape::count][i % Shape::count][p] = simd::no_sum();
            });
        });
    }

    /// Begins the sums of a segment.
    template <layout_type L, activation_scheme A>
    GRADUS_INLINE void start(const token_operands<L, A>& x, index_t segment) {
        clear();
        if constexpr (token_operands<L, A>::starts_at_offset) {
            simd::unrolled<Shape::tokens * halves>([&](index_t i) GRADUS_INLINE_LAMBDA {
                const index_t t = i / halves;
                const index_t h = i % halves;
                const std::int32_t from = x.start[(t * x.segment_count + segment) * halves + h];
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    if constexpr (Shape::fractions) {
                        sum_[1][t * halves + h][p] = simd::sum_from(-256 * from);
                    } else {
                        sum_[0][(t * terms + terms - 1) * halves + h][p] = simd::sum_from(from);
                    }
                });
            });
        }
    }

    /// Adds four columns: code(term, half, part) are the bytes of the weights, `column` is where
    /// the four activations start.
    template <int Bits, index_t Chain = 0, class Code>
    GRADUS_INLINE void add_quad(const operand_rows& x, index_t column, Code&& code) {
        simd::byte_register w[terms * halves][simd::parts];
        simd::unrolled<terms * halves>([&](index_t i) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                w[i][p] = code(i / halves, i % halves, p);
                if constexpr (reads_again) { w[i][p] = simd::held(w[i][p]); }
            });
        });
        simd::unrolled<Shape::tokens * Shape::digits>([&](index_t td) GRADUS_INLINE_LAMBDA {
            const index_t t = td / Shape::digits;
            const index_t d = td % Shape::digits;
            const std::int8_t* four = x.at + t * x.token + d * x.digit + column;
            const auto quad = simd::in_every_row(simd::byte_quad::load(four));
            simd::unrolled<terms * halves>([&](index_t i) GRADUS_INLINE_LAMBDA {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    auto& sum = sum_[Chain % Shape::chains][td * terms * halves + i][p];
                    sum = simd::dot<Bits>(sum, w[i][p], quad);
                });
            });
        });
    }

    /// The same for codes that are given as fractions f and their successors.
    template <class Code, class Next>
    GRADUS_INLINE void
    add_fractions(const operand_rows& x, index_t column, Code&& code, Next&& next) {
        simd::unrolled<Shape::tokens * Shape::digits>([&](index_t td) GRADUS_INLINE_LAMBDA {
            const index_t t = td / Shape::digits;
            const index_t d = td % Shape::digits;
            const std::int8_t* four = x.at + t * x.token + d * x.digit + column;
            const auto quad = simd::in_every_row(simd::byte_quad::load(four));
            simd::unrolled<halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    auto& sum = sum_[0][td * halves + h][p];
                    auto& after = sum_[1][td * halves + h][p];
                    sum = simd::dot<8>(sum, code(h, p), quad);
                    after = simd::dot<8>(after, next(h, p), quad);
                });
            });
        });
    }

    /// The sums of a token's half as floats: digits and terms weigh 256 times the ones before.
    [[nodiscard]] GRADUS_INLINE simd::f32x16 total(index_t token, index_t half) const {
        simd::f32x16 digits[Shape::digits];
        simd::unrolled<Shape::digits>([&](index_t d) GRADUS_INLINE_LAMBDA {
            digits[d] = floats(token, d, 0, half);
            if constexpr (terms == 2) {
                digits[d] = fused(floats(token, d, 1, half), 256.0f, digits[d]);
            }
        });
        if constexpr (Shape::digits == 1) {
            return digits[0];
        } else {
            return fused(fused(digits[2], 256.0f, digits[1]), 256.0f, digits[0]);
        }
    }

  private:
    [[nodiscard]] GRADUS_INLINE simd::f32x16
    floats(index_t token, index_t digit, index_t term, index_t half) const {
        const index_t i = ((token * Shape::digits + digit) * terms + term) * halves + half;
        simd::f32x16 r;
        simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            if constexpr (Shape::fractions) {
                r.part[p] = simd::as_floats(simd::whole_of_thirds(sum_[0][i][p], sum_[1][i][p]));
            } else if constexpr (Shape::chains == 1) {
                r.part[p] = simd::as_floats(sum_[0][i][p]);
            } else {
                r.part[p] = simd::as_floats(simd::total(sum_[0][i][p], sum_[1][i][p]));
            }
        });
        return r;
    }

    simd::sum_register sum_[Shape::chains][Shape::count][simd::parts];
};

/// Adds a full block, `block` being its bytes.
template <layout_type L, class Shape>
GRADUS_INLINE void add_block(const std::byte* block,
                             const unit_terms<L>& weights,
                             const operand_rows& x,
                             index_t column,
                             segment_sums<Shape>& sums) {
    using units = block_units<typename L::packing_type>;
    constexpr unit_form form = unit_terms<L>::form;
    const units from{block};
    [&]<index_t... Q>(std::integer_sequence<index_t, Q...>) GRADUS_INLINE_LAMBDA {
        if constexpr (Shape::fractions) {
            (sums.add_fractions(
                 x, column + 4 * Q,
                 [&](index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                     return half == 0 ? from.template fraction<2 * Q, 0>(p)
                                      : from.template fraction<2 * Q + 1, 0>(p);
                 },
                 [&](index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                     return half == 0 ? from.template fraction<2 * Q, 1>(p)
                                      : from.template fraction<2 * Q + 1, 1>(p);
                 }),
             ...);
        } else {
            (sums.template add_quad<unit_terms<L>::bits, Q>(
                 x, column + 4 * Q,
                 [&](index_t term, index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                     return weights.term(term, half == 0 ? from.template unit<2 * Q, form>(p)
                                                         : from.template unit<2 * Q + 1, form>(p));
                 }),
             ...);
        }
    }(std::make_integer_sequence<index_t, units::units / 2>{});
}

/// Adds `quads` quads of plain codes in memory, [quad][half][64].
template <layout_type L, class Shape>
GRADUS_INLINE void add_codes(const code_t* codes,
                             index_t quads,
                             const unit_terms<L>& weights,
                             const operand_rows& x,
                             index_t column,
                             segment_sums<Shape>& sums) {
    for (index_t q = 0; q < quads; ++q, codes += 64 * Shape::halves, column += 4) {
        if constexpr (Shape::fractions) {
            const auto code = [&](index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                return simd::load_bytes(codes + 64 * half + simd::register_bytes * p);
            };
            sums.add_fractions(
                x, column,
                [&](index_t h, index_t p)
                    GRADUS_INLINE_LAMBDA { return simd::fraction_of_trit(code(h, p)); },
                [&](index_t h, index_t p)
                    GRADUS_INLINE_LAMBDA { return simd::shifted_to<0, 1>(code(h, p)); });
        } else {
            sums.template add_quad<unit_terms<L>::bits>(
                x, column, [&](index_t term, index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                    const auto code =
                        simd::load_bytes(codes + 64 * half + simd::register_bytes * p);
                    return weights.term_of_plain(term, half, code);
                });
        }
    }
}

/// Adds `quads` > 0 quads of bytes that are ready: [quad][term][half][64].
template <layout_type L, class Shape>
GRADUS_INLINE void add_panel(const std::uint8_t* panel,
                             index_t quads,
                             const operand_rows& x,
                             index_t column,
                             segment_sums<Shape>& sums) {
    constexpr index_t step = 64 * Shape::terms * Shape::halves;
    const std::uint8_t* const end = panel + step * quads;
    do {  // never empty: the sums then stay where they are, without copies
        sums.template add_quad<unit_terms<L>::bits>(
            x, column, [&](index_t term, index_t half, index_t p) GRADUS_INLINE_LAMBDA {
                return simd::load_bytes(panel + 64 * (term * Shape::halves + half) +
                                        simd::register_bytes * p);
            });
        panel += step;
        column += 4;
    } while (panel != end);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
