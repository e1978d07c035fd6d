// SPDX-License-Identifier: MIT
// One safetensors file, opened and checked; its tensors are views into the mapping.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/mapped_file.hpp>
#include <gradus/io/safetensors_header.hpp>
#include <gradus/io/safetensors_json.hpp>
#include <gradus/io/tensor_info.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// A handle: copies share one mapping, and views live as long as any of them.
///
/// Rules:  everything that the header claims has been checked against the file by `open`, so that
///         no view reaches outside the mapping.
/// Source: safetensors format specification.
class safetensors_file {
  public:
    [[nodiscard]] static result<safetensors_file> open(std::string path) {
        result<mapped_file> file = mapped_file::open(std::move(path));
        if (!file) { return file.error(); }
        auto header = parse_safetensors_header(file->bytes(), file->path());
        if (!header) { return header.error(); }
        return safetensors_file{
            std::make_shared<const contents>(std::move(file).value(), std::move(header).value())};
    }

    [[nodiscard]] const std::string& path() const noexcept { return open_->file.path(); }

    [[nodiscard]] const string_map& metadata() const noexcept { return open_->header.metadata; }

    /// By offset, that is in the order of the file.
    [[nodiscard]] std::span<const tensor_info> tensors() const noexcept {
        return open_->header.tensors;
    }

    [[nodiscard]] index_t size() const noexcept { return open_->header.tensors.size(); }

    /// Tensor `position` in the order of the file.
    [[nodiscard]] tensor_view tensor(index_t position) const {
        GRADUS_EXPECT(position < size());
        const tensor_info& info = open_->header.tensors[position];
        const auto data =
            open_->file.bytes().subspan(open_->header.data_begin + info.offset, info.bytes);
        return {path(), info.name, info.dtype, info.shape, data};
    }

    [[nodiscard]] bool contains(std::string_view name) const {
        return open_->header.find(name) < size();
    }

    /// The tensor called `name`; `not_found` names it and the file.
    [[nodiscard]] result<tensor_view> find(std::string_view name) const {
        const index_t position = open_->header.find(name);
        if (position < size()) { return tensor(position); }
        return tensor_error(errc::not_found, path(), name, "is not in this file");
    }

  private:
    struct contents {
        contents(mapped_file mapped, safetensors_header parsed)
            : file{std::move(mapped)}, header{std::move(parsed)} {}

        mapped_file file;
        safetensors_header header;
    };

    explicit safetensors_file(std::shared_ptr<const contents> opened) : open_{std::move(opened)} {}

    std::shared_ptr<const contents> open_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
