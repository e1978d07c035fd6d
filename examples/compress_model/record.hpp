// SPDX-License-Identifier: MIT
// What a job has completed, in files beside its output: an interrupted one goes on from there.
#pragma once

#include <gradus/core/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace compress_model {

/// What a job's results depend on, by name: contents of model and texts, options that matter.
using facts = std::map<std::string, std::string>;

/// The directory `record` of an output. Files appear whole or not at all; texts carry a checksum.
class record {
  public:
    /// Keeps nothing.
    record() = default;

    /// Opens the record of `place`, or begins one; `fresh`: throws away what there is.
    /// Errors: the record of a job with other facts, naming them; a directory that cannot be made.
    [[nodiscard]] static gradus::result<record>
    open(const std::filesystem::path& place, const facts& job, bool fresh);

    [[nodiscard]] bool keeps() const { return !directory_.empty(); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return (directory_ / name).string();
    }

    [[nodiscard]] bool has(const std::string& name) const;

    /// Nothing where nothing is kept.
    [[nodiscard]] gradus::status write(const std::string& name, const std::string& text) const;

    /// Errors: a file that is not what was written.
    [[nodiscard]] gradus::result<std::string> read(const std::string& name) const;

    /// Removes the files whose names begin so.
    void drop(const std::string& prefix) const;

    /// What there is, e.g. "statistics of 4 blocks, 2 runs"; empty: nothing but the facts.
    [[nodiscard]] std::string contents() const;

  private:
    std::filesystem::path directory_;
};

/// A copy of an identifier that lives as long as the program.
[[nodiscard]] std::string_view interned(const std::string& id);

}  // namespace compress_model
