// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/limits.h"

#include "apps/tenon/base/engine.h"
#include "apps/tenon/bench/machine.h"
#include "apps/tenon/bench/plugin.h"
#include "apps/tenon/bench/slices.h"
#include "apps/tenon/bench/table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

namespace tenon::cli::bench {
namespace {

constexpr double seconds_each = 0.25;
constexpr uint64_t streamed_bytes = uint64_t{768} << 20;
constexpr int engine_repeats = 5;

struct Cache {
  std::string name;  // "L1"
  uint64_t bytes = 0;
};

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Of the first core, as the kernel lists them; instructions left out.
std::vector<Cache> caches() {
  std::vector<Cache> found;
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const std::string size = first_line(folder + "size");
    if (size.empty() || first_line(folder + "type") == "Instruction") continue;
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), number);
    if (error != std::errc()) continue;
    const char unit = end == size.data() + size.size() ? ' ' : *end;
    const int shift = unit == 'K' ? 10 : unit == 'M' ? 20 : 0;
    found.push_back({"L" + first_line(folder + "level"), number << shift});
  }
  return found;
}

class Report {
 public:
  void add(std::string what, std::string unit, std::vector<double> values) {
    Json row = Json::object({{"limit", what}, {"unit", unit}});
    std::vector<std::string> cells = {std::move(what), std::move(unit)};
    for (size_t i = 0; i < columns_; ++i) {
      const bool has = i < values.size() && values[i] >= 0;
      row.set(names_[i], has ? Json(values[i]) : Json());
      cells.push_back(has ? fmt::format("{:.4g}", values[i]) : "");
    }
    table_.push_back(std::move(cells));
    rows_.push(std::move(row));
  }

  explicit Report(uint32_t threads)
      : names_{"1 thread", fmt::format("{} threads", threads)}, columns_(threads > 1 ? 2 : 1) {
    table_.push_back({"limit", "unit", names_[0]});
    if (columns_ > 1) table_.front().push_back(names_[1]);
  }

  void print_as(Form form) const {
    print(form == Form::json ? rows_.dump() + "\n" : shown(table_, form));
  }

 private:
  std::array<std::string, 2> names_;
  size_t columns_;
  Table table_;
  Json rows_ = Json::array();
};

// Makes an engine and starts every plugin: devices are listed, loaders see a file, tasks a name.
Result<double> start_all(const Arguments& arguments) {
  return seconds_of([&]() -> Status {
    TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
    TENON_TRY(attempt([&] { return engine.describe("devices"); }).status());
    static constexpr std::array<std::byte, 1> nothing{};
    static_cast<void>(attempt([&] { return engine.load_memory(nothing, "nothing"); }));
    static_cast<void>(attempt([&] { return engine.task("nothing", "{}", {}); }));
    return {};
  });
}

void add_rates(Report& report, const std::vector<Rates>& rates) {
  for (const auto& [kind, rate] : rates.front().peaks) {
    std::vector<double> values;
    for (const Rates& each : rates) values.push_back(peak_of(each, kind) / 1e9);
    report.add(kind, "G operations/s", std::move(values));
  }
  std::vector<double> reads, writes;
  for (const Rates& each : rates) {
    reads.push_back(each.read / 1e9);
    writes.push_back(each.write / 1e9);
  }
  report.add("memory, read", "GB/s", std::move(reads));
  report.add("memory, write", "GB/s", std::move(writes));
}

Status add_caches(Report& report, std::string_view features, uint32_t threads) {
  for (const Cache& cache : caches()) {
    std::vector<double> values;
    for (const uint32_t count : {1u, threads}) {
      // Half of it, for each thread where every core has its own.
      const bool shared = cache.name == "L3";
      const uint64_t bytes = cache.bytes / 2 * (shared ? 1 : count);
      TENON_TRY_ASSIGN(const double rate, read_rate(features, count, seconds_each, bytes));
      values.push_back(rate / 1e9);
      if (threads == 1) break;
    }
    report.add(fmt::format("{} ({}), read", cache.name, bytes_text(double(cache.bytes))), "GB/s",
               std::move(values));
  }
  return {};
}

}  // namespace

Result<Json> measure_workers(const Engine& engine) {
  TENON_TRY_ASSIGN(const auto events, attempt([&] { return engine.task("bench", "{}", {}); }));
  if (events.empty()) return internal_error("the workers told nothing");
  return parse_json(events.front());
}

Result<Exit> bench_limits(const Arguments& arguments) {
  const OtherLoad load;
  std::vector<double> starts;
  for (int i = 0; i < engine_repeats; ++i) {
    TENON_TRY_ASSIGN(const double seconds, start_all(arguments));
    starts.push_back(seconds);
  }
  const tenon_plugin* const linked[] = {&plugin()};
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments, linked));
  TENON_TRY_ASSIGN(const Json workers, measure_workers(engine));
  const std::string features(workers.text("features"));
  const auto width = static_cast<uint32_t>(workers.integer("width", 1));
  std::vector<Rates> rates;
  for (const uint32_t threads : {1u, width}) {
    TENON_TRY_ASSIGN(Rates each, measure_rates(features, threads, seconds_each, streamed_bytes));
    rates.push_back(std::move(each));
    if (width == 1) break;
  }
  Report report(width);
  add_rates(report, rates);
  TENON_TRY(add_caches(report, features, width));
  report.add("step of one chunk", "ns", {workers.number("step_ns", -1)});
  report.add("step shared by all", "ns", {-1, workers.number("shared_step_ns", -1)});
  report.add("second worker joins", "µs", {-1, workers.number("wake_us", -1)});
  report.add("call of the host", "ns", {workers.number("call_ns", -1)});
  report.add("all plugins, first start", "ms", {starts.front() * 1e3});
  report.add("all plugins, again", "ms", {percentile(starts, 50) * 1e3});
  report.print_as(form_of(arguments));
  std::fputs(fmt::format("{}; others used {:.0f} % of the machine\n", features, load.share() * 100)
                 .c_str(),
             stderr);
  return Exit::ok;
}

}  // namespace tenon::cli::bench
