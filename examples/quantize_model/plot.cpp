// SPDX-License-Identifier: MIT
// From a gnuplot script to a picture.
#include "plot.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace quantize_model {
namespace {

struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

using temporary_file = std::unique_ptr<std::FILE, close_file>;

/// Runs gnuplot with `script` as its input, no shell in between. Returns its exit status, -1 where
/// it could not be started (`errno` says why); `complaint` is its first words.
int run_gnuplot(const std::string& script, std::string& complaint) {
    const temporary_file input{std::tmpfile()};
    const temporary_file output{std::tmpfile()};
    if (!input || !output) { return -1; }
    const bool written = std::fwrite(script.data(), 1, script.size(), input.get()) == script.size();
    if (!written || std::fflush(input.get()) != 0) { return -1; }
    std::rewind(input.get());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(input.get()), STDIN_FILENO);
    // Where the file cannot be opened, the picture itself comes here.
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(output.get()), STDERR_FILENO);
    std::array<char, 8> name = {"gnuplot"};
    std::array<char*, 2> arguments = {name.data(), nullptr};
    pid_t child = 0;
    const int failure =
        posix_spawnp(&child, name.data(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = failure;
    if (failure != 0) { return -1; }
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {}
    std::array<char, 400> text{};
    std::rewind(output.get());
    complaint.assign(text.data(), std::fread(text.data(), 1, text.size(), output.get()));
    return WIFEXITED(state) ? WEXITSTATUS(state) : 1;
}

gradus::error no_gnuplot() {
    return {gradus::errc::not_found, "gnuplot was not found (it draws the plot). "
                                     "Install gnuplot-nox, or draw none with --plot ''"};
}

}  // namespace

gradus::status find_gnuplot() {
    const char* const path = std::getenv("PATH");
    std::istringstream folders{path == nullptr ? "/bin:/usr/bin" : path};
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access(((folder.empty() ? "." : folder) + "/gnuplot").c_str(), X_OK) == 0) {
            return gradus::done{};
        }
    }
    return no_gnuplot();
}

gradus::status draw_plot(const std::string& script, const std::string& svg_file) {
    using gradus::errc;
    using gradus::error;
    const std::string unfinished = svg_file + ".part";
    std::string complaint;
    const int state = run_gnuplot(script, complaint);
    std::error_code ignored;
    if (state == -1 && errno == ENOENT) {
        return error{errc::not_found, svg_file + ": " + no_gnuplot().message};
    }
    if (state != 0) {
        std::filesystem::remove(unfinished, ignored);
        return error{errc::io, svg_file + ": gnuplot failed (" + complaint + ")"};
    }
    std::error_code failure;
    std::filesystem::rename(unfinished, svg_file, failure);
    if (failure) {
        std::filesystem::remove(unfinished, ignored);
        return error{errc::io, svg_file + ": not written (" + failure.message() + ")"};
    }
    return gradus::done{};
}

gradus::status write_plot(const report& measured, const std::string& svg_file) {
    if (measured.runs.empty() || measured.texts.empty()) {
        return gradus::error{gradus::errc::no_effect,
                             svg_file + ": nothing to draw (the report has no runs)"};
    }
    return draw_plot(plot_script(measured, svg_file + ".part"), svg_file);
}

}  // namespace quantize_model
