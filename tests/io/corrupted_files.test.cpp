// SPDX-License-Identifier: MIT
// The kinds of file that have crashed, hung or leaked from other readers, in the formats read here.
#include "scratch.hpp"

#include <gradus/io/safetensors_reader.hpp>
#include <gradus/io/tokens.hpp>

#include <sys/resource.h>

namespace {

using gradus::errc;
using gradus::index_t;
using gradus::safetensors_file;
using namespace gradus::test;

std::string
header_of(const std::string& shape, const std::string& offsets, const std::string& dtype = "F32") {
    return R"({"t":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
           offsets + "}}";
}

/// A file of exactly `size` bytes: this header, then data.
std::string file_of_size(const std::string& header, index_t size) {
    REQUIRE(header.size() + 8 <= size);
    return safetensors_text(header, size - 8 - header.size());
}

bool refused(const std::string& content, std::initializer_list<std::string_view> words = {}) {
    const scratch here;
    const std::string path = here.put("bad.safetensors", content);
    return fails(safetensors_file::open(path), errc::malformed, {path}) &&
           fails(safetensors_file::open(path), errc::malformed, words);
}

/// Peak memory of the process, in KiB.
long peak_memory() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("files of 43 bytes end in an error (llama.cpp 27188: one hung)") {
    CHECK(refused(std::string(43, '\0')));
    CHECK(refused(std::string(43, '\xff')));
    CHECK(refused(little_endian(35, 8) + std::string(35, '{')));
    CHECK(refused(little_endian(35, 8) + std::string(35, ' ')));
    CHECK(refused(little_endian(35, 8) + "{\"" + std::string(33, 'a')));
    CHECK(refused(little_endian(35, 8) + "{\"a\":" + std::string(30, '[')));
    CHECK(refused(little_endian(34, 8) + "{}" + std::string(32, ' ') + "x", {"1 trailing"}));
    CHECK(refused("GGUF" + little_endian(3, 4) + std::string(35, '\1')));
}

TEST_CASE("160 bytes do not make a reader allocate gigabytes (ggml 1516)") {
    const long before = peak_memory();
    for (const std::uint64_t length : {1ull << 30, 1ull << 32, 1ull << 40, ~0ull}) {
        CHECK(refused(little_endian(length, 8) + std::string(152, '{'), {"header length"}));
    }
    CHECK(refused(file_of_size(header_of("[268435456]", "[0,1073741824]"), 160), {"Truncated"}));
    CHECK(refused(file_of_size(header_of("[268435456]", "[0,4]"), 160), {"expected 1073741824"}));
    const scratch here;
    for (const char* shape : {"1073741824,", "32768, 65536"}) {
        const std::string text =
            std::string{"{'descr': '<i8', 'fortran_order': False, 'shape': ("} + shape + ")}";
        const auto path = here.put("t.npy", npy_text(text, std::string(32, '\0')));
        REQUIRE(std::filesystem::file_size(path) == 160);
        CHECK(fails(gradus::load_tokens_npy(path, 9), errc::malformed, {"Truncated"}));
    }
    CHECK(peak_memory() - before < 64 * 1024);
}

TEST_CASE("extents that wrap around are caught (CVE-2025-53630, CVE-2026-27940)") {
    for (const char* shape :
         {"[4294967296,4294967296]", "[4294967297,4294967295]", "[9223372036854775808,2]",
          "[4611686018427387904]", "[18446744073709551615]", "[65536,65536,65536,65536]"}) {
        CHECK(refused(file_of_size(header_of(shape, "[0,0]"), 128), {"'t'", "overflows"}));
    }
    CHECK(refused(file_of_size(header_of("[18446744073709551616]", "[0,0]"), 128), {"'t'"}));
}

TEST_CASE("negative counts are caught (CVE-2026-21869)") {
    CHECK(refused(file_of_size(header_of("[-1]", "[0,4]"), 128), {"'t'", "negative"}));
    CHECK(refused(file_of_size(header_of("[1]", "[-4,0]"), 128), {"'t'", "negative"}));
    CHECK(refused(file_of_size(header_of("[-2,-2]", "[0,16]"), 128), {"negative"}));
}

TEST_CASE("no view reaches outside the file (CVE-2024-21802, CVE-2026-7482)") {
    for (const char* offsets : {"[0,4096]", "[4092,4096]", "[18446744073709551612,0]",
                                "[18446744073709551612,18446744073709551615]",
                                "[9223372036854775804,9223372036854775808]"}) {
        CHECK(refused(file_of_size(header_of("[1]", offsets), 128), {"'t'"}));
    }
}

TEST_CASE("types are checked where values are used (llama.cpp 26690)") {
    CHECK(refused(file_of_size(header_of("\"4\"", "[0,4]"), 128), {"'t'", "array"}));
    CHECK(refused(file_of_size(header_of("[1]", "{\"0\":4}"), 128), {"'t'", "array"}));
    CHECK(refused(file_of_size(header_of("[[1]]", "[0,4]"), 128), {"'t'"}));
    CHECK(refused(file_of_size(header_of("[1]", "[0,\"4\"]"), 128), {"'t'"}));
}

TEST_CASE("deep nesting is refused without recursion") {
    const std::string deep(4'000'000, '[');
    CHECK(refused(safetensors_text("{\"t\":" + deep, 0)));
    CHECK(refused(safetensors_text("{\"t\":{\"shape\":" + deep, 0)));
    CHECK(refused(safetensors_text("{\"__metadata__\":{\"k\":" + deep, 0)));
}

TEST_CASE("very many entries are read or refused in the time of a sort") {
    std::string header = "{";
    for (int i = 0; i < 100'000; ++i) {
        header +=
            "\"" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)";
    }
    header.back() = '}';
    const scratch here;
    const auto file = safetensors_file::open(here.put("m", safetensors_text(header, 0)));
    REQUIRE(file);
    CHECK(file->size() == 100'000);
    CHECK(file->contains("99999"));
    header.back() = ',';
    header += R"("7":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
    CHECK(refused(safetensors_text(header, 0), {"'7'", "twice"}));
}
