// SPDX-License-Identifier: MIT
// Does a call stop the program, as a broken contract must?
#pragma once

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradus::test {

/// Runs `call` in a child process, whose messages are dropped. Not for use while threads run.
template <class Call> bool aborts(Call call) {
    const pid_t child = fork();
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);  // the test framework would report it as a crash of its own
        call();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace gradus::test
