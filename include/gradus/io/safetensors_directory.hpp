// SPDX-License-Identifier: MIT
// A checkpoint as one set of tensors, in one file or in many.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/read_text_file.hpp>
#include <gradus/io/safetensors_header.hpp>
#include <gradus/io/safetensors_index.hpp>
#include <gradus/io/safetensors_json.hpp>
#include <gradus/io/safetensors_reader.hpp>
#include <gradus/io/tensor_info.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether anything of that name exists.
[[nodiscard]] inline bool path_exists(const std::string& path) {
    struct ::stat facts = {};
    return ::stat(path.c_str(), &facts) == 0;
}

[[nodiscard]] inline bool is_directory(const std::string& path) {
    struct ::stat facts = {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

/// The tensors of a checkpoint: of one `.safetensors` file, or of a directory that holds
/// `model.safetensors` or `model.safetensors.index.json` with its shards. A handle, like
/// `safetensors_file`: views live as long as any copy.
///
/// Rules:  index and shards agree exactly: every tensor is in the one shard that the index names,
///         and no shard holds another. A directory with both files is ambiguous and refused.
/// Order:  by shard name, then by offset.
class safetensors_source {
  public:
    [[nodiscard]] static result<safetensors_source> open(const std::string& path) {
        if (!is_directory(path)) { return open_single(path, path); }
        const std::string whole = path + "/model.safetensors";
        const std::string index = whole + ".index.json";
        if (!path_exists(whole) && !path_exists(index)) {
            return file_error(errc::not_found, path,
                              "directory has neither model.safetensors nor "
                              "model.safetensors.index.json");
        }
        if (!path_exists(index)) { return open_single(path, whole); }
        if (!path_exists(whole)) { return open_sharded(path, index); }
        return file_error(errc::malformed, path,
                          "directory has both model.safetensors and model.safetensors.index.json "
                          "(which one counts is ambiguous). Remove one?");
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    [[nodiscard]] std::span<const safetensors_file> shards() const noexcept { return shards_; }

    [[nodiscard]] index_t size() const noexcept { return size_; }

    /// Tensor `position`, by shard name and then by offset.
    [[nodiscard]] tensor_view tensor(index_t position) const {
        GRADUS_EXPECT(position < size());
        index_t shard = 0;
        while (position >= shards_[shard].size()) {
            position -= shards_[shard++].size();
        }
        return shards_[shard].tensor(position);
    }

    [[nodiscard]] bool contains(std::string_view name) const {
        for (const safetensors_file& shard : shards_) {
            if (shard.contains(name)) { return true; }
        }
        return false;
    }

    /// The tensor called `name`; `not_found` names it and the checkpoint.
    [[nodiscard]] result<tensor_view> find(std::string_view name) const {
        for (const safetensors_file& shard : shards_) {
            if (shard.contains(name)) { return shard.find(name); }
        }
        return tensor_error(errc::not_found, path_, name, "is not in this checkpoint");
    }

  private:
    explicit safetensors_source(std::string path) : path_{std::move(path)} {}

    void add(safetensors_file shard) {
        size_ += shard.size();
        shards_.push_back(std::move(shard));
    }

    [[nodiscard]] static result<safetensors_source> open_single(const std::string& path,
                                                                const std::string& whole) {
        result<safetensors_file> file = safetensors_file::open(whole);
        if (!file) { return file.error(); }
        safetensors_source source{path};
        source.add(std::move(file).value());
        return source;
    }

    [[nodiscard]] static result<safetensors_source> open_sharded(const std::string& directory,
                                                                 const std::string& index) {
        constexpr index_t longest_index = safetensors_longest_header;
        const result<std::string> text = read_text_file(index, longest_index);
        if (!text) { return text.error(); }
        const result<string_map> map = parse_safetensors_index(text.value(), index);
        if (!map) { return map.error(); }
        std::set<std::string> names;
        for (const auto& [tensor, shard] : map.value()) {
            names.insert(shard);
        }
        safetensors_source source{directory};
        const std::string folder = directory + "/";
        for (const std::string& name : names) {
            result<safetensors_file> shard = safetensors_file::open(folder + name);
            if (!shard) {
                return file_error(shard.error().code, index, "names shard ", quote_name(name),
                                  ", which cannot be read: ", shard.error().message);
            }
            source.add(std::move(shard).value());
        }
        const std::vector<std::string> ordered(names.begin(), names.end());
        if (status agree = source.check(map.value(), ordered, index); !agree) {
            return agree.error();
        }
        return source;
    }

    /// Compares what the shards hold with what the index says; `names` is parallel to the shards.
    [[nodiscard]] status check(const string_map& map,
                               std::span<const std::string> names,
                               const std::string& index) const {
        string_map seen;  // tensor to the shard where it was found
        for (index_t s = 0; s < names.size(); ++s) {
            for (const tensor_info& tensor : shards_[s].tensors()) {
                const auto [first, fresh] = seen.emplace(tensor.name, names[s]);
                if (!fresh) {
                    return tensor_error(errc::malformed, index, tensor.name,
                                        "is stored twice, in shards ", quote_name(first->second),
                                        " and ", quote_name(names[s]));
                }
                const auto entry = map.find(tensor.name);
                if (entry == map.end()) {
                    return tensor_error(errc::malformed, index, tensor.name, "is stored in shard ",
                                        quote_name(names[s]), " but the index does not name it");
                }
            }
        }
        for (const auto& [tensor, shard] : map) {
            const auto found = seen.find(tensor);
            if (found == seen.end() || found->second != shard) {
                return tensor_error(errc::malformed, index, tensor, "is missing from shard ",
                                    quote_name(shard), ", where the index puts it");
            }
        }
        return done{};
    }

    std::string path_;
    std::vector<safetensors_file> shards_;
    index_t size_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
