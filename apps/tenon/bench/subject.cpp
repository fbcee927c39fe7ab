// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/bench/graph.h"
#include "apps/tenon/bench/machine.h"
#include "apps/tenon/bench/plugin.h"
#include "apps/tenon/bench/slices.h"

#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace tenon::cli::bench {
namespace {

struct Ready {
  Model model;
  Session session;
};

Result<Ready> make_ready(const Engine& engine, const Arguments& arguments) {
  const std::string& path = arguments.operands().front();
  TENON_TRY_ASSIGN(Model model, load_model(engine, path, arguments));
  auto session = attempt([&] {
    return model.session(arguments.text("device"), session_options(arguments), interrupted());
  });
  if (!session.ok()) return device_problem(model_problem(session.status()));
  return Ready{std::move(model), std::move(*session)};
}

// Loading plugins is no part of a creation: loaders are shown a file that is none of theirs, and
// devices are listed unless they are named, which spares the others; then the first creation loads
// the plugin of its device.
Status load_plugins(const Engine& engine, const Arguments& arguments) {
  if (arguments.text("device") == "auto") {
    TENON_TRY(attempt([&] { return engine.describe("devices"); }).status());
  }
  static constexpr std::array<std::byte, 1> nothing{};
  static_cast<void>(attempt([&] { return engine.load_memory(nothing, "nothing"); }));
  return {};
}

Result<Engine> open_bench_engine(const Arguments& arguments) {
  const tenon_plugin* const linked[] = {&plugin()};
  TENON_TRY_ASSIGN(Engine engine, open_engine(arguments, linked));
  TENON_TRY(load_plugins(engine, arguments));
  return engine;
}

}  // namespace

Result<Exit> pace_creations(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_bench_engine(arguments));
  TENON_TRY(make_ready(engine, arguments).status());
  std::optional<Ready> ready;  // the session ends before its model, and neither end is timed
  const auto end = [&]() -> Status {
    ready.reset();
    return {};
  };
  TENON_TRY(serve_slices(end, [&]() -> Result<double> {
    return seconds_of([&]() -> Status {
      TENON_TRY_ASSIGN(Ready made, make_ready(engine, arguments));
      ready.emplace(std::move(made));
      return {};
    });
  }));
  return Exit::ok;
}

Result<Subject> open_subject(const Arguments& arguments) {
  TENON_TRY_ASSIGN(Engine engine, open_bench_engine(arguments));
  const double before = memory_mb("VmRSS");
  std::vector<double> creations;
  const int64_t wanted = std::max<int64_t>(arguments.integer("creations"), 1);
  while (true) {
    const auto begin = std::chrono::steady_clock::now();
    TENON_TRY_ASSIGN(Ready ready, make_ready(engine, arguments));
    creations.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    if (std::cmp_less(creations.size(), wanted)) {
      continue;  // the session ends before its model
    }
    return Subject{std::move(engine), std::move(ready.model), std::move(ready.session),
                   std::move(creations), before};
  }
}

}  // namespace tenon::cli::bench
