// SPDX-License-Identifier: MIT
// A run in the record, checked against the file that it left.
#include "once.hpp"
#include "run_record.hpp"

#include <gradus/io/checksum.hpp>
#include <gradus/io/mapped_file.hpp>

namespace compress_model {

using namespace gradus;

namespace {

std::string entry_of(const std::string& name) {
    return "run." + directory_name(name);
}

/// Of the run's packed model; empty where there is none.
std::string file_sum(const work& w, const std::string& name) {
    const auto path = w.place / directory_name(name) / "model.safetensors";
    const auto file = mapped_file::open(path.string());
    return file ? checksum::of(file->bytes()) : std::string{};
}

}  // namespace

result<std::optional<run>> finished(work& w, const std::string& name) {
    const record& kept = w.job.kept;
    std::optional<run> none;
    if (!kept.has(entry_of(name))) { return none; }
    const auto text = kept.read(entry_of(name));
    if (!text) { return text.error(); }
    finished_run known = finished_from(*text);
    if (known.file_checksum != file_sum(w, name)) { return none; }
    for (const auto& [id, message] : known.findings) {
        const finding one{interned(id), message};
        w.note({&one, 1});
    }
    return std::optional{std::move(known.figures)};
}

status remember(const work& w, const std::string& name, const run& one, std::size_t first) {
    const record& kept = w.job.kept;
    if (!kept.keeps()) { return done{}; }
    const auto& all = w.measured.findings;
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    const finished_run known{one, {begin, all.end()}, file_sum(w, name)};
    status written = kept.write(entry_of(name), to_text(known));
    if (written) { kept.drop("solved." + directory_name(name) + ".block"); }
    return written;
}

}  // namespace compress_model
