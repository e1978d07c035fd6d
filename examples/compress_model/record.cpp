// SPDX-License-Identifier: MIT
// Files of a record: one line of checksum, then the text.
#include "record.hpp"

#include <gradus/io/checksum.hpp>
#include <gradus/io/read_text_file.hpp>
#include <gradus/io/write_file.hpp>

#include <array>
#include <set>

namespace compress_model {

using namespace gradus;
namespace fs = std::filesystem;

namespace {

constexpr const char* facts_file = "job";

std::string text_of(const facts& job) {
    std::string text;
    for (const auto& [name, value] : job) {
        text += name + '\t' + value + '\n';
    }
    return text;
}

facts facts_in(const std::string& text) {
    facts job;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        const auto tab = text.find('\t', at);
        if (end == std::string::npos || tab > end) { break; }
        job[text.substr(at, tab - at)] = text.substr(tab + 1, end - tab - 1);
        at = end + 1;
    }
    return job;
}

/// "group: 32 there, 64 here", of all that differ.
std::string difference(const facts& there, const facts& here) {
    std::set<std::string> names;
    for (const facts* all : {&there, &here}) {
        for (const auto& [name, value] : *all) {
            names.insert(name);
        }
    }
    const auto value = [](const facts& all, const std::string& name) {
        const auto at = all.find(name);
        return at == all.end() || at->second.empty() ? std::string{"nothing"} : at->second;
    };
    std::string text;
    for (const std::string& name : names) {
        const std::string other = value(there, name);
        const std::string mine = value(here, name);
        if (other == mine) { continue; }
        text += (text.empty() ? "" : "; ") + name + ": " + other + " there, " + mine + " here";
    }
    return text;
}

/// What a killed job was writing.
void remove_unfinished(const fs::path& directory) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{directory, ignored}) {
        if (entry.path().filename().string().find(".partial-") == std::string::npos) { continue; }
        fs::remove(entry.path(), ignored);
    }
}

std::string counted(std::size_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

result<record> record::open(const fs::path& place, const facts& job, bool fresh) {
    record kept;
    kept.directory_ = place / "record";
    std::error_code failed;
    if (fresh) { fs::remove_all(kept.directory_, failed); }
    fs::create_directories(kept.directory_, failed);
    if (failed) {
        return error{errc::io,
                     kept.directory_.string() + ": cannot be made (" + failed.message() + ")"};
    }
    remove_unfinished(kept.directory_);
    for (const auto& entry : fs::directory_iterator{place, failed}) {
        if (entry.is_directory(failed)) { remove_unfinished(entry.path()); }
    }
    if (!kept.has(facts_file)) {
        if (status begun = kept.write(facts_file, text_of(job)); !begun) { return begun.error(); }
        return kept;
    }
    const auto text = kept.read(facts_file);
    if (!text) { return text.error(); }
    const std::string other = difference(facts_in(*text), job);
    if (other.empty()) { return kept; }
    return error{errc::invalid_argument, kept.directory_.string() + " is of another job (" + other +
                                             "). Give another --output, or start anew by --fresh"};
}

bool record::has(const std::string& name) const {
    std::error_code ignored;
    return keeps() && fs::exists(directory_ / name, ignored);
}

status record::write(const std::string& name, const std::string& text) const {
    if (!keeps()) { return done{}; }
    const std::string sum = checksum::of(std::as_bytes(std::span{text}));
    status written = write_file(path(name), sum + '\n' + text);
    if (!written) { return error{errc::io, written.error().message}; }
    return written;
}

result<std::string> record::read(const std::string& name) const {
    auto whole = read_text_file(path(name), ~index_t{0});
    if (!whole) { return whole.error(); }
    const auto line = whole->find('\n');
    const auto damaged = error{errc::malformed, path(name) + ": does not match its checksum. "
                                                             "Damaged? Start anew by --fresh"};
    if (line == std::string::npos) { return damaged; }
    std::string text = whole->substr(line + 1);
    if (checksum::of(std::as_bytes(std::span{text})) != whole->substr(0, line)) { return damaged; }
    return text;
}

void record::drop(const std::string& prefix) const {
    if (!keeps()) { return; }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{directory_, ignored}) {
        if (!entry.path().filename().string().starts_with(prefix)) { continue; }
        fs::remove(entry.path(), ignored);
    }
}

std::string record::contents() const {
    constexpr std::array<const char*, 4> kinds{"statistics.", "survey.", "solved.", "run."};
    std::array<std::size_t, 4> counts{};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{directory_, ignored}) {
        const std::string name = entry.path().filename().string();
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            counts[i] += name.starts_with(kinds[i]) && !name.ends_with(".values") ? 1u : 0u;
        }
    }
    std::string text;
    const auto add = [&](std::size_t i, const std::string& what) {
        if (counts[i] != 0) { text += (text.empty() ? "" : ", ") + what; }
    };
    add(0, "statistics of " + counted(counts[0], "block"));
    add(1, "surveys of " + counted(counts[1], "block"));
    add(3, counted(counts[3], "run"));
    add(2, counted(counts[2], "block") + " of an unfinished one");
    return text;
}

std::string_view interned(const std::string& id) {
    static std::set<std::string> all;
    return *all.insert(id).first;
}

}  // namespace compress_model
