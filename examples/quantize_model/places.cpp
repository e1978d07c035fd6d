// SPDX-License-Identifier: MIT
// Files and directories of results.
#include "places.hpp"
#include "plot.hpp"

#include <gradus/io/write_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace quantize_model {

using gradus::errc;
using gradus::error;

namespace {

/// Why nothing can be made at `path`, as far as that can be known without trying.
gradus::status creatable(const std::string& what, const std::filesystem::path& path, bool folder) {
    std::error_code ignored;
    const auto refuse = [&](const std::string& why) {
        return error{errc::io, what + " '" + path.string() + "' cannot be written: " + why};
    };
    if (!folder && std::filesystem::exists(path, ignored) &&
        !std::filesystem::is_regular_file(path, ignored)) {
        return refuse("it is a directory or device (expected a file)");
    }
    std::filesystem::path at = std::filesystem::absolute(path, ignored);
    if (!folder) { at = at.parent_path(); }
    while (!std::filesystem::exists(at, ignored) && at.has_relative_path()) {
        at = at.parent_path();
    }
    if (!std::filesystem::is_directory(at, ignored)) {
        return refuse("'" + at.string() + "' is not a directory");
    }
    if (::access(at.c_str(), W_OK | X_OK) != 0) {
        return refuse("no permission to write in '" + at.string() + "'");
    }
    return gradus::done{};
}

}  // namespace

gradus::status check_places(const options& wanted) {
    if (!wanted.report.empty() && wanted.report == wanted.plot) {
        return error{errc::invalid_argument, "--report and --plot name one file"};
    }
    for (const auto& [what, file] :
         {std::pair{"--report", &wanted.report}, std::pair{"--plot", &wanted.plot}}) {
        if (file->empty()) { continue; }
        if (gradus::status s = creatable(what, *file, false); !s) { return s; }
    }
    if (!wanted.plot.empty()) {
        if (gradus::status s = find_gnuplot(); !s) { return s; }
    }
    if (!wanted.output.empty()) { return creatable("--output", wanted.output, true); }
    std::error_code failed;
    const auto temporary = std::filesystem::temp_directory_path(failed);
    if (failed) {
        return error{errc::io,
                     "there is no directory for temporary files (set TMPDIR, or name --output)"};
    }
    return creatable("temporary directory", temporary, true);
}

gradus::status write_results(const report& measured, const options& wanted) {
    for (const std::string& file : {wanted.report, wanted.plot}) {
        const auto folder = std::filesystem::path{file}.parent_path();
        std::error_code ignored;
        if (!folder.empty()) { std::filesystem::create_directories(folder, ignored); }
    }
    if (!wanted.report.empty()) {
        if (gradus::status s = gradus::write_file(wanted.report, to_json(measured)); !s) {
            return s;
        }
    }
    return wanted.plot.empty() ? gradus::status{gradus::done{}} : write_plot(measured, wanted.plot);
}

workplace::workplace(const std::string& kept) : path_{kept}, temporary_{kept.empty()} {
    if (temporary_) {
        std::error_code failed;
        const auto folder = std::filesystem::temp_directory_path(failed);
        std::string name = (folder / "quantize_model.XXXXXX").string();
        path_ = failed || ::mkdtemp(name.data()) == nullptr ? "" : name;
    }
}

workplace::~workplace() {
    std::error_code ignored;
    if (temporary_ && !path_.empty()) { std::filesystem::remove_all(path_, ignored); }
}

std::string workplace::scheme(const std::string& name) const {
    const std::filesystem::path folder =
        std::filesystem::path{path_} / (temporary_ ? "model" : name);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    return failed || path_.empty() ? "" : folder.string();
}

}  // namespace quantize_model
