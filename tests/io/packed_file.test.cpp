// SPDX-License-Identifier: MIT
// Packed models: what is written is what is read, aligned, checked, and the same every time.
#include "packed_variant.hpp"

#include <gradus/io/packed_reader.hpp>
#include <gradus/io/packed_writer.hpp>

#include <algorithm>
#include <cstdint>

namespace {

using namespace gradus;
using namespace gradus::test;

bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("everything comes back") {
    const scratch here;
    packed_writer writer = small_writer();
    const auto size = writer.write(here / "m");
    REQUIRE(size);
    CHECK(size.value() == std::filesystem::file_size(here / "m"));
    const auto opened = packed_file::open(here / "m");
    REQUIRE(opened);
    const packed_file& file = opened.value();
    CHECK(file.file().path() == here / "m");

    const auto& matrices = file.description().matrices;
    REQUIRE(matrices.size() == 2);
    CHECK(matrices[0].name == "a.weight");
    CHECK(matrices[0].rows == 5);
    CHECK(matrices[0].cols == 40);
    const packed_part a = some_part<packed_levels>(5, 40);
    REQUIRE(matrices[0].parts.size() == 1);
    CHECK(matrices[0].parts[0].layout == "adaptive_quantile3_g32_f16");
    CHECK(same_bytes(file.bytes(matrices[0].parts[0]), a.bytes.bytes()));
    CHECK(file.codebook(matrices[0].parts[0]) == a.codebook);
    const packed_part b = some_part<packed_trits>(17, 100, {50});
    CHECK(matrices[1].parts[0].layout == "ternary_g50_log8");
    CHECK(same_bytes(file.bytes(matrices[1].parts[0]), b.bytes.bytes()));
    CHECK(file.codebook(matrices[1].parts[0]).empty());

    const auto floats = file.floats();
    REQUIRE(floats.size() == 2);
    CHECK(floats[0].name == "norm");
    CHECK(floats[1].name == "bias");
    CHECK(floats[1].dtype == element_type::bf16);
}

TEST_CASE("parts are whole lines of 64 bytes, padded with zeros, and aligned when mapped") {
    const scratch here;
    packed_writer writer = small_writer();
    REQUIRE(writer.write(here / "m"));
    const auto opened = packed_file::open(here / "m");
    REQUIRE(opened);
    for (const described_matrix& matrix : opened.value().description().matrices) {
        const auto part = opened.value().bytes(matrix.parts[0]);
        CHECK(reinterpret_cast<std::uintptr_t>(part.data()) % 64 == 0);
        CHECK(part.size() % 64 != 0);  // the examples need padding
        const auto tensor = opened.value().file().find(matrix.parts[0].tensor).value();
        CHECK(tensor.data.size() == (part.size() + 63) / 64 * 64);
        for (const std::byte b : tensor.data.subspan(part.size())) {
            CHECK(b == std::byte{0});
        }
    }
    const auto book = opened.value().file().find("codebook.0").value();
    CHECK(reinterpret_cast<std::uintptr_t>(book.data.data()) % 64 == 0);
    CHECK(book.data.size() == 64);
}

TEST_CASE("equal inputs give equal files; equal codebooks are stored once") {
    const scratch here;
    packed_writer first = small_writer();
    packed_writer second = small_writer();
    REQUIRE(first.write(here / "1"));
    REQUIRE(second.write(here / "2"));
    CHECK(content_of(here / "1") == content_of(here / "2"));

    packed_writer shared;
    packed_part other = some_part<packed_levels>(7, 33);
    other.codebook[0] -= 1.0f;
    shared.add_matrix("a", some_part<packed_levels>(5, 40));
    shared.add_matrix("b", some_part<packed_levels>(7, 33));
    shared.add_matrix("c", std::move(other));
    REQUIRE(shared.write(here / "3"));
    const auto opened = packed_file::open(here / "3");
    REQUIRE(opened);
    const packed_description& what = opened.value().description();
    CHECK(what.codebooks.size() == 2);
    CHECK(what.matrices[0].parts[0].codebook == 0u);
    CHECK(what.matrices[1].parts[0].codebook == 0u);
    CHECK(what.matrices[2].parts[0].codebook == 1u);
    const auto levels = opened.value().codebook(what.matrices[2].parts[0]);
    CHECK(levels[0] == opened.value().codebook(what.matrices[0].parts[0])[0] - 1.0f);
}

TEST_CASE("the source's checksum is over all of its bytes, in their order") {
    const std::vector<std::byte> one(5, std::byte{1});
    const std::vector<std::byte> two(3, std::byte{2});
    std::vector<std::byte> both(one);
    both.insert(both.end(), two.begin(), two.end());
    const scratch here;
    packed_writer writer;
    writer.add_source(one);
    writer.add_matrix("a", some_part<packed_trits>(3, 9));
    writer.add_source(two);
    REQUIRE(writer.write(here / "m"));
    CHECK(packed_file::open(here / "m").value().description().source == checksum::of(both));
}

TEST_CASE("the checksum is FNV-1a") {
    CHECK(checksum::of({}) == "fnv1a64:cbf29ce484222325");
    CHECK(checksum::of(bytes_of_text("a")) == "fnv1a64:af63dc4c8601ec8c");
    CHECK(checksum::of(bytes_of_text("foobar")) == "fnv1a64:85944171f73967e8");
    checksum parts;
    parts.add(bytes_of_text("foo"));
    parts.add(bytes_of_text("bar"));
    CHECK(parts.text() == checksum::of(bytes_of_text("foobar")));
}

TEST_CASE("damage to any byte of any part is found") {
    packed_variant variant = packed_variant::small();
    REQUIRE(variant.open());
    for (const char* name : {"a.weight.part0", "b.weight.part0"}) {
        auto& data = variant.find(name).data;
        const auto used = [&] {
            index_t n = data.size();
            while (data[n - 1] == std::byte{0}) {
                --n;
            }
            return n;
        }();
        for (index_t i = 0; i < used; i += 13) {
            data[i] ^= std::byte{4};
            CHECK(fails(variant.open(), errc::malformed, {name, "checksum", "Damaged?"}));
            data[i] ^= std::byte{4};
        }
    }
    CHECK(variant.open());
}

TEST_CASE("files of another kind") {
    const scratch here;
    CHECK(fails(packed_file::open(here / "none"), errc::not_found, {"none"}));
    CHECK(fails(packed_file::open(here.put("text", "hello")), errc::malformed, {"text"}));
    CHECK(fails(packed_file::open(here.put("plain", safetensors_text("{}", 0))), errc::unsupported,
                {"plain", "no packed model"}));
    const std::string whole = packed_variant::small().bytes();
    for (index_t n = 0; n < whole.size(); n += 97) {
        CHECK_FALSE(packed_file::open(here.put("cut", whole.substr(0, n))));
    }
    CHECK_FALSE(packed_file::open(here.put("long", whole + "x")));
    CHECK(packed_file::open(here.put("whole", whole)));
}

TEST_CASE("what cannot be written") {
    const scratch here;
    packed_writer twice;
    twice.add_matrix("a", some_part<packed_trits>(3, 9));
    twice.add_matrix("a", some_part<packed_trits>(3, 9));
    CHECK(fails(twice.write(here / "m"), errc::invalid_argument, {"a.part0", "twice"}));
    packed_writer bad_name;
    bad_name.add_matrix("a\xff", some_part<packed_trits>(3, 9));
    CHECK(fails(bad_name.write(here / "m"), errc::invalid_argument, {"UTF-8"}));
    packed_writer fine = small_writer();
    CHECK_FALSE(fine.write(here / "no/m"));
    CHECK(here.files() == 0);
}
