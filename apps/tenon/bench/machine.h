// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What this process and the machine around it are doing, as the kernel tells it. [any thread]
namespace tenon::cli::bench {

// Resident memory of this process in MiB, mapped pages of files included: "VmHWM" is the most so
// far, "VmRSS" now.
double memory_mb(std::string_view field = "VmHWM");

// The share of the machine that others used since this was made.
class OtherLoad {
 public:
  OtherLoad();
  double share() const;

 private:
  struct Sample {
    double all = 0, busy = 0, own = 0;  // seconds of processor time
  };
  static Sample now();
  Sample start_;
};

}  // namespace tenon::cli::bench
