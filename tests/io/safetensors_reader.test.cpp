// SPDX-License-Identifier: MIT
// An open file gives views of its own bytes.
#include "aborts.hpp"
#include "scratch.hpp"

#include <gradus/io/safetensors_reader.hpp>

#include <algorithm>

namespace {

using gradus::errc;
using gradus::safetensors_file;
using namespace gradus::test;

constexpr const char* json = R"({"second":{"dtype":"U8","shape":[3],"data_offsets":[4,7]},)"
                             R"("first":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]},)"
                             R"("__metadata__":{"who":"me"}})";

}  // namespace

TEST_CASE("tensors come in the order of the file and show its bytes") {
    const scratch here;
    const std::string path = here.put("m.safetensors", safetensors_text(json, 7));
    const auto file = safetensors_file::open(path);
    REQUIRE(file);
    const safetensors_file& f = file.value();
    CHECK(f.path() == path);
    CHECK(f.size() == 2);
    CHECK(f.metadata().at("who") == "me");
    CHECK(f.tensors()[0].name == "first");
    const auto second = f.tensor(1);
    CHECK(second.name == "second");
    CHECK(second.file == path);
    CHECK(second.data.size() == 3);
    CHECK(second.data[0] == std::byte{4});
    const auto found = f.find("first");
    REQUIRE(found);
    CHECK(found->dtype == gradus::element_type::f16);
    CHECK(std::equal(found->shape.begin(), found->shape.end(), f.tensors()[0].shape.begin()));
    CHECK(found->data[3] == std::byte{3});
    CHECK(f.contains("first"));
    CHECK_FALSE(f.contains("third"));
    CHECK(fails(f.find("third"), errc::not_found, {path, "'third'"}));
}

TEST_CASE("views live as long as any copy of the handle") {
    const scratch here;
    auto file = safetensors_file::open(here.put("m.safetensors", safetensors_text(json, 7)));
    REQUIRE(file);
    auto last = std::make_unique<safetensors_file>(file.value());
    const gradus::tensor_view view = file->tensor(0);
    file = gradus::error{errc::io, "dropped"};
    const safetensors_file moved = std::move(*last);
    last.reset();
    CHECK(view.name == "first");
    CHECK(view.file == moved.path());
    CHECK(view.data[1] == std::byte{1});
}

TEST_CASE("a bad file is an error that names it") {
    const scratch here;
    const std::string path = here.put("bad.safetensors", safetensors_text(json, 6));
    CHECK(fails(safetensors_file::open(path), errc::malformed, {path, "'second'", "Truncated"}));
    CHECK(fails(safetensors_file::open(here / "none"), errc::not_found, {"none"}));
    CHECK(fails(safetensors_file::open(here.put("e", "")), errc::malformed, {"empty"}));
}

#if GRADUS_CONTRACTS
TEST_CASE("a position beyond the last tensor is a broken contract") {
    const scratch here;
    const auto file = safetensors_file::open(here.put("m", safetensors_text("{}", 0)));
    CHECK(aborts([&] { (void)file.value().tensor(0); }));
}
#endif
