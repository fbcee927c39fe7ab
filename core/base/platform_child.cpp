// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform_child.h"

#include "core/base/platform.h"
#include "core/base/platform_file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

extern char** environ;

namespace tenon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t most_answer = size_t{1} << 20;
constexpr size_t most_errors = 4096;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

// Above the descriptors that the child's end is copied to.
Result<Descriptor> lifted(int fd) {
  const Descriptor low(fd);
  Descriptor high(fcntl(fd, F_DUPFD_CLOEXEC, 10));
  if (!high.valid()) return io_error("descriptor: {}", error_text(errno));
  return high;
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return io_error("pipe: {}", error_text(errno));
  Result<Descriptor> read = lifted(ends[0]);
  Result<Descriptor> write = lifted(ends[1]);
  if (!read.ok()) return read.status();
  if (!write.ok()) return write.status();
  fcntl(read->get(), F_SETFL, O_NONBLOCK);
  return Pipe{std::move(*read), std::move(*write)};
}

Result<pid_t> spawn(const ChildOptions& options, const Pipe& answer, const Pipe& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors.write.get(), 2);
  posix_spawn_file_actions_adddup2(&actions, answer.write.get(), child_answer);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

  std::vector<char*> words = {const_cast<char*>(options.program.c_str())};
  for (const std::string& word : options.arguments)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, options.program.c_str(), &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return io_error("{}: cannot be started: {}", options.program, error_text(error));
  return pid;
}

// Reads what is there; closes the pipe at its end.
void drain(Descriptor& pipe, std::string& into, size_t most, bool keep_last) {
  std::array<char, 4096> block;
  while (pipe.valid()) {
    const ssize_t got = read(pipe.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      pipe.close();
      return;
    }
    const auto size = static_cast<size_t>(got);
    into.append(block.data(), keep_last ? size : std::min(size, most - into.size()));
    if (into.size() > most) into.erase(0, into.size() - most);
  }
}

// True when the child has ended. An application that reaps all children itself leaves no status.
bool has_ended(pid_t pid, ChildOutcome& outcome) {
  int status = 0;
  pid_t got = 0;
  do {
    got = waitpid(pid, &status, WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  if (got == pid && WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (got == pid && WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return true;
}

void kill_and_reap(pid_t pid) {
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : fmt::format("signal {}", signal);
}

Result<ChildOutcome> run_child(const ChildOptions& options) {
  TENON_TRY_ASSIGN(Pipe answer, make_pipe());
  TENON_TRY_ASSIGN(Pipe errors, make_pipe());
  TENON_TRY_ASSIGN(const pid_t pid, spawn(options, answer, errors));
  answer.write.close();
  errors.write.close();
  ChildOutcome outcome;
  const auto read_both = [&] {
    drain(answer.read, outcome.answer, most_answer, false);
    drain(errors.read, outcome.errors, most_errors, true);
  };
  const Clock::time_point end = Clock::now() + options.limit;
  // A pipe may stay open in a grandchild, and a child may close both and live on: its end and the
  // clock decide, the pipes only wake.
  while (!has_ended(pid, outcome)) {
    if (Clock::now() >= end) {
      kill_and_reap(pid);
      outcome.timed_out = true;
      break;
    }
    std::array<pollfd, 2> ends = {pollfd{answer.read.get(), POLLIN, 0},
                                  pollfd{errors.read.get(), POLLIN, 0}};
    const bool open = answer.read.valid() || errors.read.valid();
    if (open) {
      poll(ends.data(), ends.size(), 10);
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    read_both();
  }
  read_both();
  return outcome;
}

}  // namespace tenon
