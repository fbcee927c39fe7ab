// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/machine.h"

#include <sys/times.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace tenon::cli::bench {

double memory_mb(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(field) || line.size() <= field.size() || line[field.size()] != ':') {
      continue;
    }
    return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024;
  }
  return 0;
}

OtherLoad::Sample OtherLoad::now() {
  const auto rate = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream stat("/proc/stat");
  std::string word;
  stat >> word;
  double all = 0, idle = 0;
  // user, nice, system, idle, waiting for disks, interrupts, soft interrupts, stolen
  for (int column = 0; column < 8; ++column) {
    double ticks = 0;
    if (!(stat >> ticks)) break;
    all += ticks;
    if (column == 3 || column == 4) idle += ticks;
  }
  struct tms own {};
  times(&own);
  return {all / rate, (all - idle) / rate,
          static_cast<double>(own.tms_utime + own.tms_stime) / rate};
}

OtherLoad::OtherLoad() : start_(now()) {}

double OtherLoad::share() const {
  const Sample end = now();
  const double others = (end.busy - start_.busy) - (end.own - start_.own);
  return std::max(0.0, others) / std::max(1e-9, end.all - start_.all);
}

}  // namespace tenon::cli::bench
