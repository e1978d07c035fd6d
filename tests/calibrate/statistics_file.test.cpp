// SPDX-License-Identifier: MIT
// What is written reads back to the last bit; what is damaged is refused.
#include "random_matrix.hpp"
#include "same_statistics.hpp"
#include "scratch.hpp"

#include <gradus/calibrate/read_statistics.hpp>
#include <gradus/calibrate/write_statistics.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace gradus::test;
using gradus::element_type;
using gradus::errc;
using gradus::index_t;
using gradus::input_statistics;
using gradus::read_statistics;
using gradus::statistics_parts;
using gradus::write_statistics;

template <class T = float>
input_statistics<T> example(std::string name, index_t width, statistics_parts parts = {}) {
    input_statistics<T> s{std::move(name), width, parts};
    const matrix x(40 + width, width, 80 + width);
    const matrix z(40 + width, width, 81 + width);
    if (parts.cross) {
        REQUIRE(s.add_pair(z.view(), x.view()));
    } else {
        REQUIRE(s.add(x.view()));
    }
    return s;
}

template <class T>
std::string file_with(const scratch& here, const std::vector<input_statistics<T>>& inputs) {
    const auto written = write_statistics<T>(here / "s", inputs);
    REQUIRE(written);
    CHECK(written.value() == std::filesystem::file_size(here / "s"));
    CHECK(here.files() == 1);
    return here / "s";
}

/// A file with the right checksum and these tensors: what only the rules of the format refuse.
class forged {
  public:
    template <class Value>
    forged& add(std::string name, element_type type, std::vector<index_t> shape, Value filled) {
        index_t count = 1;
        for (const index_t extent : shape) {
            count *= extent;
        }
        std::string bytes;
        for (index_t i = 0; i < count; ++i) {
            bytes.append(static_cast<const char*>(static_cast<const void*>(&filled)),
                         sizeof filled);
        }
        sum_.add(bytes_of_text(name));
        sum_.add(bytes_of_text(bytes));
        tensors_.push_back({std::move(name), type, std::move(shape), std::move(bytes)});
        return *this;
    }

    forged& counts(std::uint64_t value = 3) {
        return add("a/counts", element_type::u64, {2}, value);
    }

    forged& moments(index_t n, double mean = 0.5, double squares = 1.0, double magnitudes = 1.0) {
        add("a/mean", element_type::f64, {n}, mean);
        add("a/squares", element_type::f64, {n}, squares);
        return add("a/magnitudes", element_type::f64, {n}, magnitudes);
    }

    [[nodiscard]] std::string write(const scratch& here, const std::string& version = "1") const {
        gradus::safetensors_writer writer;
        REQUIRE(writer.add_metadata("gradus.statistics", version));
        REQUIRE(writer.add_metadata("checksum", sum_.text()));
        for (const tensor& t : tensors_) {
            REQUIRE(writer.add_tensor(t.name, t.type, t.shape, bytes_of_text(t.bytes)));
        }
        REQUIRE(writer.write(here / "forged"));
        return here / "forged";
    }

  private:
    struct tensor {
        std::string name;
        element_type type;
        std::vector<index_t> shape;
        std::string bytes;
    };

    std::vector<tensor> tensors_;
    gradus::checksum sum_;
};

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE_TEMPLATE("statistics read back to the last bit, in their order", T, float, double) {
    const scratch here;
    std::vector<input_statistics<T>> inputs;
    inputs.push_back(example<T>("layer/0/z", 33));
    inputs.push_back(example<T>("layer/0/a", 5, {.products = true, .cross = true}));
    inputs.push_back(example<T>("moments", 7, {.products = false, .cross = false}));
    inputs.push_back(example<T>("cross", 4, {.products = false, .cross = true}));
    inputs.push_back(input_statistics<T>{"unseen", 3});
    const std::string path = file_with(here, inputs);
    const auto read = read_statistics<T>(path);
    REQUIRE(read);
    REQUIRE(read.value().size() == inputs.size());
    for (index_t i = 0; i < inputs.size(); ++i) {
        CHECK(same_statistics(read.value()[i], inputs[i]));
    }
    const std::string before = content_of(path);
    file_with(here, read.value());
    CHECK(content_of(path) == before);
}

TEST_CASE("a job that goes on from a file ends with the same bytes") {
    const scratch here;
    const matrix x(300, 20, 90);
    input_statistics<> whole{"in", 20};
    REQUIRE(whole.add(x.view().block(0, 200)));
    const std::string path = file_with<float>(here, {whole});
    REQUIRE(whole.add(x.view().block(200, 100)));
    auto resumed = read_statistics(path);
    REQUIRE(resumed);
    input_statistics<>& s = resumed.value()[0];
    CHECK(s.batches() == 1);
    REQUIRE(s.add(x.view().block(200, 100)));
    CHECK(same_statistics(s, whole));
}

TEST_CASE("sums that overflowed are not written, and what stood there stays") {
    const scratch here;
    const std::string path = file_with<float>(here, {example("good", 4)});
    const std::string before = content_of(path);
    matrix x(2, 3);
    x(0, 1) = 1e30f;
    std::vector<input_statistics<>> bad;
    bad.emplace_back("large", 3);
    REQUIRE(bad[0].add(x.view()));
    CHECK(fails(write_statistics<float>(path, bad), errc::nonfinite,
                {"'large'", "entry 2 of products"}));
    CHECK(content_of(path) == before);
    CHECK(here.files() == 1);
    std::vector<input_statistics<>> twice{example("same", 4), example("same", 4)};
    CHECK(fails(write_statistics<float>(path, twice), errc::invalid_argument, {"same/counts"}));
}

TEST_CASE("a file cut anywhere, or with any byte changed, is refused") {
    const scratch here;
    const std::string whole = content_of(file_with<float>(
        here, {example("a", 3), example("b", 2, {.products = true, .cross = true})}));
    for (index_t length = 0; length < whole.size(); ++length) {
        CHECK(!read_statistics(here.put("cut", whole.substr(0, length))));
    }
    CHECK(!read_statistics(here.put("cut", whole + '\0')));
    for (index_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 0x41);
        const auto read = read_statistics(here.put("cut", changed));
        CHECK(!read);
    }
    CHECK(fails(read_statistics(here / "absent"), errc::not_found, {"absent"}));
}

TEST_CASE("the type of the sums is that which was asked for") {
    const scratch here;
    const std::string path = file_with<double>(here, {example<double>("a", 3)});
    CHECK(fails(read_statistics<float>(path), errc::unsupported, {"a/products", "F64", "F32"}));
}

TEST_CASE("files of the format that say the impossible are refused") {
    const scratch here;
    const auto refused = [&](const forged& file, errc code,
                             std::initializer_list<std::string_view> words) {
        return fails(read_statistics(file.write(here)), code, words);
    };
    CHECK(read_statistics(forged{}.counts().moments(2).write(here)));
    CHECK(read_statistics(forged{}.write(here)));
    CHECK(fails(read_statistics(forged{}.write(here, "2")), errc::unsupported, {"'2'"}));
    CHECK(refused(forged{}.moments(2), errc::malformed, {"a/counts"}));
    CHECK(refused(forged{}.counts(), errc::malformed, {"a/mean", "ends"}));
    CHECK(refused(forged{}.counts(~std::uint64_t{0}).moments(2), errc::malformed, {"counts"}));
    CHECK(refused(forged{}.counts().moments(0), errc::malformed, {"width 0"}));
    CHECK(refused(forged{}.counts().moments(2, not_a_number), errc::nonfinite, {"a/mean"}));
    CHECK(refused(forged{}.counts().moments(2, 0.0, -1.0), errc::malformed, {"negative"}));
    CHECK(refused(forged{}.counts().moments(2, 0.0, 1.0, not_a_number), errc::nonfinite,
                  {"magnitudes"}));
    CHECK(refused(forged{}.counts().moments(2).add("a/products", element_type::f32, {4}, 1.0f),
                  errc::malformed, {"a/products", "4 entries", "expected 3"}));
    CHECK(refused(forged{}.counts().moments(2).add("a/products", element_type::f32, {3}, -1.0f),
                  errc::malformed, {"negative"}));
    CHECK(refused(forged{}.counts().moments(2).add("a/cross", element_type::f32, {3}, 1.0f),
                  errc::malformed, {"a/cross", "expected 4"}));
    CHECK(refused(forged{}.counts().moments(2).add("b", element_type::f32, {3}, 1.0f),
                  errc::malformed, {"b/counts"}));
    CHECK(refused(forged{}.add("a/counts", element_type::i64, {2}, std::uint64_t{3}).moments(2),
                  errc::unsupported, {"I64"}));
}
