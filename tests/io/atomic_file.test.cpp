// SPDX-License-Identifier: MIT
// A file appears when it is committed, and not before, and not in part.
#include "scratch.hpp"

#include <gradus/io/atomic_file.hpp>

#include <csignal>
#include <sys/resource.h>
#include <utility>

namespace {

using gradus::atomic_file;
using gradus::errc;
using namespace gradus::test;

/// Lets no file of this process grow beyond `bytes`: a full disk in miniature.
class small_disk {
  public:
    explicit small_disk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }

    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    ~small_disk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit before_ = {};
    void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a file appears whole when it is committed") {
    const scratch here;
    auto file = atomic_file::create(here / "f");
    REQUIRE(file);
    CHECK(file->append(bytes_of_text("one ")));
    CHECK(file->append({}));
    CHECK(file->append(bytes_of_text("two")));
    CHECK_FALSE(std::filesystem::exists(here / "f"));
    CHECK(file->commit());
    CHECK(content_of(here / "f") == "one two");
    CHECK(here.files() == 1);
}

TEST_CASE("a file that is not committed leaves nothing, and the old one as it was") {
    const scratch here;
    here.put("f", "old");
    {
        auto file = atomic_file::create(here / "f");
        CHECK(file->append(bytes_of_text("new")));
        CHECK(here.files() == 2);
    }
    CHECK(here.files() == 1);
    CHECK(content_of(here / "f") == "old");
}

TEST_CASE("a moved file is committed once") {
    const scratch here;
    auto first = atomic_file::create(here / "f");
    auto second = atomic_file::create(here / "f");  // beside the first, under another name
    REQUIRE(first);
    REQUIRE(second);
    atomic_file moved = std::move(first).value();
    CHECK(moved.append(bytes_of_text("moved")));
    CHECK(moved.commit());
    moved = std::move(second).value();
    CHECK(moved.append(bytes_of_text("second")));
    CHECK(moved.commit());
    CHECK(content_of(here / "f") == "second");
    CHECK(here.files() == 1);
}

TEST_CASE("a full disk is an error that leaves nothing behind") {
    const scratch here;
    here.put("f", "old");
    {
        const small_disk full{4096};
        auto file = atomic_file::create(here / "f");
        REQUIRE(file);
        CHECK(file->append(bytes_of_text(std::string(4000, 'x'))));
        CHECK(fails(file->append(bytes_of_text(std::string(4000, 'x'))), errc::io, {here / "f"}));
    }
    CHECK(content_of(here / "f") == "old");
    CHECK(here.files() == 1);
}

TEST_CASE("a place that cannot hold a file is refused before anything is written") {
    const scratch here;
    CHECK(fails(atomic_file::create(here.path()), errc::invalid_argument, {here.path()}));
    CHECK(fails(atomic_file::create("/dev/null"), errc::invalid_argument, {"/dev/null"}));
    CHECK(fails(atomic_file::create(here / "no/f"), errc::not_found, {"no/f"}));
    CHECK(fails(atomic_file::create(std::string("a\0b", 3)), errc::invalid_argument, {"NUL"}));
    CHECK(here.files() == 0);
}
