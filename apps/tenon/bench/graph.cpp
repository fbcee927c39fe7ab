// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/graph.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/numbers.h"
#include "apps/tenon/bench/inputs.h"
#include "apps/tenon/bench/machine.h"
#include "apps/tenon/bench/slices.h"
#include "apps/tenon/bench/table.h"
#include "apps/tenon/bench/watch.h"
#include "apps/tenon/run/placement.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <thread>

namespace tenon::cli::bench {
namespace {

// Runs of one session on inputs that stay where they are; outputs are written where the last run
// left its own.
class Runner {
 public:
  Runner(Session& session, const std::vector<Tensor>& inputs) : session_(session) {
    for (const Tensor& input : inputs) views_.push_back(made_.of(input));
  }

  Status run() {
    if (result_) {
      return status_of(tenon_session_run_into(session_.handle(), views_.data(), views_.size(),
                                              interrupted(), result_.get()));
    }
    tenon_result* made = nullptr;
    Status status = status_of(
        tenon_session_run(session_.handle(), views_.data(), views_.size(), interrupted(), &made));
    result_.reset(made);
    return status;
  }

 private:
  static Status status_of(tenon_status code) {
    return code == TENON_OK ? Status() : Status(static_cast<Code>(code), tenon_error_text());
  }

  Session& session_;
  std::unique_ptr<tenon_result, tenon::detail::Deleter> result_;
  tenon::detail::Views made_;
  std::vector<tenon_host_tensor> views_;
};

struct Times {
  double first_run = 0;
  std::vector<double> slices;  // seconds of one run each
  int64_t runs = 1;            // in a slice
  int64_t items = 1;           // in a run: the first extent of the first input
  int64_t streams = 1;         // runs at a time
  double items_per_second = 0;
  double others_busy = 0;
  double peak_mb = 0;
  bool finite = true;
  Json placement;
};

bool is_finite(const std::vector<Tensor>& outputs) {
  return std::ranges::all_of(outputs, [](const Tensor& output) {
    const auto facts = statistics_of(output);
    return !facts || (facts->nan == 0 && std::isfinite(facts->min) && std::isfinite(facts->max));
  });
}

int64_t runs_in_slice(const Arguments& arguments, double fastest) {
  const double wanted = arguments.number("slice-ms") / 1000;
  return std::max<int64_t>(1, std::llround(wanted / std::max(fastest, 1e-9)));
}

int64_t items_of(const std::vector<Tensor>& inputs) {
  if (inputs.empty() || inputs.front().dims.empty()) return 1;
  return std::max<int64_t>(inputs.front().dims.front(), 1);
}

// Sessions side by side, each on a thread of its own: runs a second of all together.
Result<double> throughput(const Subject& subject, const std::vector<Tensor>& inputs,
                          const Arguments& arguments, int64_t streams) {
  const Options options = session_options(arguments);
  std::vector<Session> sessions;
  for (int64_t i = 0; i < streams; ++i) {
    TENON_TRY_ASSIGN(Session made, attempt([&] {
                       return subject.model.session(arguments.text("device"), options,
                                                    interrupted());
                     }));
    sessions.push_back(std::move(made));
  }
  std::atomic<int64_t> runs = 0;
  std::vector<Status> failures(sessions.size());
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration<double>(arguments.number("seconds"));
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < sessions.size(); ++i) {
      threads.emplace_back([&, i] {
        Runner runner(sessions[i], inputs);
        while (failures[i].ok() && std::chrono::steady_clock::now() < end) {
          failures[i] = runner.run();
          ++runs;
        }
      });
    }
  }
  for (const Status& failure : failures) TENON_TRY(Status(failure));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(runs.load()) / took.count();
}

Result<Times> time_runs(Subject& subject, const std::vector<Tensor>& inputs,
                        const Arguments& arguments) {
  const OtherLoad load;
  Runner runner(subject.session, inputs);
  const Run run = [&] { return runner.run(); };
  Times times;
  times.items = items_of(inputs);
  TENON_TRY_ASSIGN(times.first_run, seconds_of(run));
  TENON_TRY_ASSIGN(const std::vector<Tensor> outputs,
                   attempt([&] { return subject.session.run(inputs, interrupted()); }));
  times.finite = is_finite(outputs);
  TENON_TRY_ASSIGN(const double fastest, warm_up(run, arguments.number("warm")));
  times.runs = runs_in_slice(arguments, fastest);
  TENON_TRY_ASSIGN(times.slices, timed_slices(run, times.runs, arguments.number("seconds")));
  times.items_per_second = static_cast<double>(times.items) / percentile(times.slices, 50);
  if (arguments.text("hint") == "throughput") {
    times.streams = std::max<int64_t>(
        1, arguments.has("threads") ? arguments.integer("threads")
                                    : static_cast<int64_t>(std::thread::hardware_concurrency()));
    TENON_TRY_ASSIGN(const double rate, throughput(subject, inputs, arguments, times.streams));
    times.items_per_second = rate * static_cast<double>(times.items);
  }
  TENON_TRY_ASSIGN(const std::string about, attempt([&] { return subject.session.describe(); }));
  TENON_TRY_ASSIGN(times.placement, parse_json(about));
  times.others_busy = load.share();
  times.peak_mb = memory_mb();
  return times;
}

Json facts_of(const Times& times, const Subject& subject, const Arguments& arguments) {
  const auto ms = [&](double share) { return 1e3 * percentile(times.slices, share); };
  const std::vector<double>& made = subject.creations;
  const std::vector<double> later(made.size() > 1 ? made.begin() + 1 : made.begin(), made.end());
  Json facts = Json::object({{"model", arguments.operands().front()},
                             {"engine", "tenon"},
                             {"version", tenon_version()},
                             {"device", arguments.text("device")},
                             {"precision", times.placement.text("precision", "exact")},
                             {"hint", arguments.text("hint")}});
  if (arguments.has("threads")) facts.set("threads", arguments.integer("threads"));
  facts.set("create_first_ms", made.front() * 1e3)
      .set("create_ms", percentile(later, 50) * 1e3)
      .set("first_run_ms", times.first_run * 1e3)
      .set("min_ms", ms(0))
      .set("median_ms", ms(50))
      .set("p10_ms", ms(10))
      .set("p90_ms", ms(90))
      .set("p99_ms", ms(99))
      .set("slices", times.slices.size())
      .set("runs_per_slice", times.runs)
      .set("streams", times.streams)
      .set("items_per_second", times.items_per_second)
      .set("peak_rss_mb", times.peak_mb)
      .set("rss_before_mb", subject.memory_before_mb)
      .set("others_busy", times.others_busy)
      .set("finite", times.finite)
      .set("placement", times.placement);
  return facts;
}

std::string number_text(const Json& facts, std::string_view name, int digits) {
  return fmt::format("{:.{}f}", facts.number(name, 0), digits);
}

Table lines_of(const Json& facts) {
  const auto n = [&](std::string_view name, int digits) {
    return number_text(facts, name, digits);
  };
  const Json* placement = facts.find("placement");
  return {{"model", printable(facts.text("model"))},
          {"on", placement_line(*placement)},
          {"create",
           fmt::format("{} ms first, {} ms later", n("create_first_ms", 1), n("create_ms", 1))},
          {"first run", fmt::format("{} ms", n("first_run_ms", 2))},
          {"run", fmt::format("{} ms min, {} p10, {} median, {} p90, {} p99, {} slices of {}",
                              n("min_ms", 3), n("p10_ms", 3), n("median_ms", 3), n("p90_ms", 3),
                              n("p99_ms", 3), facts.integer("slices", 0),
                              facts.integer("runs_per_slice", 0))},
          {"items", fmt::format("{} a second, {} at a time", n("items_per_second", 1),
                                facts.integer("streams", 1))},
          {"memory", fmt::format("{} MB peak, {} MB before the model", n("peak_rss_mb", 0),
                                 n("rss_before_mb", 0))},
          {"others", fmt::format("{:.0f} % of the machine", facts.number("others_busy", 0) * 100)},
          {"outputs", facts.boolean("finite", true) ? "finite" : "NOT FINITE"}};
}

// One row with a column for each figure.
Table row_of(const Json& facts) {
  Table table(2);
  for (const auto& [name, value] : facts.members()) {
    if (value.is_object()) continue;
    table[0].push_back(name);
    table[1].push_back(value.is_text() ? std::string(*value.text())
                       : value.is_number() && !value.is_integer()
                           ? fmt::format("{:.4g}", *value.number())
                           : value.dump());
  }
  return table;
}

Status pace(Subject& subject, const std::vector<Tensor>& inputs, const Arguments& arguments) {
  Runner runner(subject.session, inputs);
  const Run run = [&] { return runner.run(); };
  TENON_TRY_ASSIGN(const double fastest, warm_up(run, arguments.number("warm")));
  const int64_t runs = runs_in_slice(arguments, fastest);
  return serve_slices(run, [&]() -> Result<double> {
    TENON_TRY_ASSIGN(const double took, seconds_of(run, runs));
    return took / static_cast<double>(runs);
  });
}

// As many as take half a second, at most 200.
Status watch_runs(Watch& watch, Subject& subject, const std::vector<Tensor>& inputs,
                  double seconds) {
  const auto runs = static_cast<int64_t>(std::clamp(0.5 / std::max(seconds, 1e-9), 1.0, 200.0));
  Runner runner(subject.session, inputs);
  TENON_TRY(watch.begin());
  for (int64_t i = 0; i < runs; ++i) TENON_TRY(runner.run());
  return watch.end(runs);
}

}  // namespace

Result<Exit> bench_graph(Subject& subject, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::vector<Tensor> inputs,
                   bench_inputs(subject.engine, subject.model, arguments));
  if (arguments.has("paced")) {
    TENON_TRY(pace(subject, inputs, arguments));
    return Exit::ok;
  }
  TENON_TRY_ASSIGN(const Times times, time_runs(subject, inputs, arguments));
  TENON_TRY_ASSIGN(auto watch, Watch::make(subject.engine, arguments));
  if (watch) TENON_TRY(watch_runs(*watch, subject, inputs, percentile(times.slices, 50)));
  const bool has_table = watch && watch->has_table();
  Json facts = facts_of(times, subject, arguments);
  const Form form = form_of(arguments);
  if (form == Form::json) {
    if (has_table) facts.set("operators", watch->json()).set("limits", watch->limits_json());
    print(facts.dump() + "\n");
  } else {
    print(shown(form == Form::text ? lines_of(facts) : row_of(facts), form));
    if (has_table) print("\n" + shown(watch->table(), form));
  }
  return times.finite ? Exit::ok : Exit::differs;
}

}  // namespace tenon::cli::bench
