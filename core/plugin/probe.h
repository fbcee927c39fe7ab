// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <chrono>
#include <string>
#include <vector>

// Tries a plugin in a child process, so that one which crashes, hangs or ends the process harms
// nobody. The child is the installed program tenon-probe, because an application cannot be started
// a second time. [any thread]
namespace tenon {

struct ProbeVerdict {
  enum class Kind {
    good,         // opened, started, answered sound tables, stopped
    failed,       // said why it does not work here; the next try may end otherwise
    quarantined,  // crashed, hung, ended the process, or broke the contract
  };
  Kind kind = Kind::quarantined;
  Code code = Code::internal;  // of a failure
  std::string reason = {};
  std::string printed = {};               // the last 4 KiB of what it wrote to standard error
  std::vector<std::string> devices = {};  // "id: name" of each device of a backend
  std::string device_reason = {};         // why a backend could not list its devices
};

// How long a plugin may take: 5 seconds, and more on a machine that has more to do than it can.
std::chrono::milliseconds probe_limit();

// program: path of tenon-probe. Fails only when that cannot be run.
Result<ProbeVerdict> probe_plugin(const std::string& program, const std::string& path,
                                  std::chrono::milliseconds limit = probe_limit());

// Where tenon-probe is installed: below the directory of this library.
std::string probe_program();

// main() of tenon-probe: argv[1] is the plugin.
int probe_main(int argc, char** argv);

}  // namespace tenon
