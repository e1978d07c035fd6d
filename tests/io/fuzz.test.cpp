// SPDX-License-Identifier: MIT
// Mutated files: every reader ends in an error or in a consistent result, and reads inside bounds.
#include "scratch.hpp"
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/io/model_config.hpp>
#include <gradus/io/safetensors_index.hpp>
#include <gradus/io/safetensors_reader.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/io/tokens.hpp>

#include <algorithm>
#include <memory>

namespace {

using gradus::index_t;
using gradus::random_key;
using namespace gradus::test;

/// Draws for one mutated file.
struct draws {
    random_key key;
    std::uint64_t counter = 0;

    index_t below(index_t n) { return static_cast<index_t>(key.below(n, counter++)); }
};

/// Fragments that parsers stumble over.
constexpr const char* fragments[] = {
    "-1",
    "18446744073709551615",
    "9223372036854775808",
    "4294967296",
    "0",
    "1e99",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "null",
    "\"\"",
    "(",
    ")",
    "\xff",
    "[[[[[[[[",
};

/// One to four edits: flip a bit, set a byte, cut, insert, duplicate or drop a piece.
std::string mutate(std::string text, draws& draw) {
    for (index_t edits = 1 + draw.below(4); edits > 0 && !text.empty(); --edits) {
        const index_t at = draw.below(text.size());
        const index_t count = std::min<index_t>(1 + draw.below(24), text.size() - at);
        switch (draw.below(7)) {
        case 0:
            text[at] = static_cast<char>(text[at] ^ (1 << draw.below(8)));
            break;
        case 1:
            text[at] = static_cast<char>(draw.below(256));
            break;
        case 2:
            text.resize(at);
            break;
        case 3:
            text.insert(at, fragments[draw.below(std::size(fragments))]);
            break;
        case 4:
            text.insert(at, text.substr(at, count));
            break;
        case 5:
            text.erase(at, count);
            break;
        default:
            text[at] = static_cast<char>('0' + draw.below(10));
            break;
        }
    }
    return text;
}

/// The bytes in an allocation of exactly their size, so that a sanitiser sees any step outside.
class exact_bytes {
  public:
    explicit exact_bytes(const std::string& text)
        : data_{std::make_unique<std::byte[]>(text.size())}, size_{text.size()} {
        std::transform(text.begin(), text.end(), data_.get(),
                       [](char c) { return static_cast<std::byte>(c); });
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(data_.get()), size_};
    }

  private:
    std::unique_ptr<std::byte[]> data_;
    index_t size_;
};

std::string valid_safetensors() {
    const std::string json =
        R"({"__metadata__":{"format":"pt","note":"\u00e9"},)"
        R"("model.a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
        R"("b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},)"
        R"("c":{"dtype":"U8","shape":[],"data_offsets":[32,33]},)"
        R"("d":{"dtype":"F16","shape":[1,1,2],"data_offsets":[33,37]}}   )";
    return safetensors_text(json, 37);
}

/// Whether a header that was accepted keeps its promises about `size` bytes of file.
bool consistent(const gradus::safetensors_header& header, index_t size) {
    index_t end = header.data_begin;
    for (index_t i = 0; i < header.tensors.size(); ++i) {
        const auto& t = header.tensors[i];
        const bool good = header.data_begin + t.offset == end && header.find(t.name) == i &&
                          gradus::tensor_bytes(t.dtype, t.shape) == t.bytes;
        if (!good) { return false; }
        end += t.bytes;
    }
    return end == size && header.by_name.size() == header.tensors.size();
}

/// Applies `read`, which returns whether the outcome is sound, to mutations of `original`;
/// returns how many were accepted. Also proves that the original is.
template <class Read> index_t fuzz(const std::string& original, index_t count, Read read) {
    index_t accepted = 0;
    REQUIRE(read(exact_bytes{original}, accepted));
    REQUIRE(accepted == 1);
    for (index_t i = 0; i < count; ++i) {
        draws draw{random_key::of(seed(), original.size(), i)};
        const std::string text = mutate(original, draw);
        INFO("mutation ", i);
        REQUIRE(read(exact_bytes{text}, accepted));
    }
    CHECK(accepted > 1);           // the mutations are gentle enough to pass now and then,
    CHECK(accepted <= count / 2);  // and rough enough to matter
    return accepted;
}

template <class T> bool named_error(const gradus::result<T>& outcome) {
    return outcome.error().message.rfind("f: ", 0) == 0 && outcome.error().message.size() > 10;
}

}  // namespace

TEST_CASE("mutated safetensors headers") {
    fuzz(valid_safetensors(), 10'000, [](const exact_bytes& file, index_t& accepted) {
        const auto header = gradus::parse_safetensors_header(file.bytes(), "f");
        if (!header) { return named_error(header); }
        ++accepted;
        return consistent(header.value(), file.bytes().size());
    });
}

TEST_CASE("mutated safetensors files, from disk to floats") {
    const scratch here;
    fuzz(valid_safetensors(), 200, [&](const exact_bytes& bytes, index_t& accepted) {
        const auto file = gradus::safetensors_file::open(here.put("m", bytes.text()));
        if (!file) { return !file.error().message.empty(); }
        ++accepted;
        for (index_t i = 0; i < file.value().size(); ++i) {
            const auto tensor = file.value().tensor(i);
            std::vector<float> values(tensor.elements());
            if (gradus::read_floats(tensor, values)) {
                (void)gradus::find_nonfinite({values.data(), tensor.rows(), tensor.cols()});
            }
        }
        return true;
    });
}

TEST_CASE("mutated token arrays") {
    const std::string data{"\1\0\2\0\3\0\4\0\5\0\6\0", 12};
    const std::string dictionary = "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }";
    const auto read = [](const exact_bytes& file, index_t& accepted) {
        const auto header = gradus::parse_npy_header(file.bytes(), "f");
        if (!header) { return named_error(header); }
        if (header->data_begin > file.bytes().size()) { return false; }
        const auto tokens = gradus::npy_token_data(header.value(), file.bytes(), "f");
        if (!tokens) { return named_error(tokens); }
        const auto decoded =
            gradus::decode_tokens<std::uint16_t>(tokens.value(), 512, gradus::all_tokens, "f");
        if (!decoded) { return named_error(decoded); }
        ++accepted;
        return tokens->data() + tokens->size() == file.bytes().data() + file.bytes().size();
    };
    fuzz(npy_text(dictionary, data), 5'000, read);
}

TEST_CASE("mutated configurations") {
    const std::string text =
        R"({"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_act":"silu",)"
        R"("hidden_size":64,"intermediate_size":172,"num_hidden_layers":5,"eos_token_id":[1,2],)"
        R"("num_attention_heads":8,"num_key_value_heads":4,"head_dim":8,"vocab_size":512,)"
        R"("max_position_embeddings":512,"rms_norm_eps":1e-05,"rope_theta":10000.0})";
    fuzz(text, 3'000, [](const exact_bytes& file, index_t& accepted) {
        const auto config = gradus::parse_model_config(file.text(), "f");
        if (!config) { return named_error(config); }
        ++accepted;
        return config->hidden_size > 0 && config->head_dim > 0 && config->head_dim % 2 == 0 &&
               config->num_attention_heads % config->num_key_value_heads == 0 &&
               config->rms_norm_eps > 0.0 && config->rope_theta > 0.0;
    });
}

TEST_CASE("mutated indices") {
    const std::string text = R"({"metadata":{"total_size":12},"weight_map":{)"
                             R"("a":"model-00001-of-00002.safetensors",)"
                             R"("b":"model-00002-of-00002.safetensors"}})";
    fuzz(text, 2'000, [](const exact_bytes& file, index_t& accepted) {
        const auto map = gradus::parse_safetensors_index(file.text(), "f");
        if (!map) { return named_error(map); }
        ++accepted;
        return std::all_of(map->begin(), map->end(), [](const auto& entry) {
            return entry.second.find('/') == std::string::npos;
        });
    });
}
