// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <chrono>
#include <string>
#include <vector>

// A helper program run to its end. [any thread]
namespace tenon {

struct ChildOptions {
  std::string program;                 // absolute path
  std::vector<std::string> arguments;  // without the program
  std::chrono::milliseconds limit{5000};
};

struct ChildOutcome {
  int exit_code = -1;  // -1 when a signal ended it or its end could not be seen
  int signal = 0;
  bool timed_out = false;
  std::string answer;  // what it wrote to descriptor child_answer, at most 1 MiB
  std::string errors;  // the last 4 KiB of what it printed
};

// The descriptor on which a child answers.
constexpr int child_answer = 3;

// Starts the program with an empty signal mask in a process group of its own, waits, and kills the
// group when the limit is over. Fails only when the program cannot be started.
Result<ChildOutcome> run_child(const ChildOptions& options);

// "SIGSEGV", "SIGABRT", "signal 71".
std::string signal_name(int signal);

}  // namespace tenon
