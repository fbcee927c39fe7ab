// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/trial.h"

#include "tenon/json.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <random>

namespace tenon::faults {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t deadline_ms = 40;
// A call with a deadline may last a little longer: threads are woken when the machine likes.
constexpr double latest_ms = deadline_ms + 400;

struct Failure {
  tenon_status code = TENON_OK;
  std::string text;
  double ms = 0;
};

// Says "stop" at the nth question or after a while.
struct Canceller {
  uint64_t left = UINT64_MAX;
  std::optional<Clock::time_point> end;

  static tenon_status poll(void* context) {
    auto& self = *static_cast<Canceller*>(context);
    const bool now = self.left == 0 || (self.end && Clock::now() > *self.end);
    if (self.left > 0) --self.left;
    return now ? TENON_CANCELLED : TENON_OK;
  }
};

std::string script_of(Fault fault, uint64_t turn) {
  // Every other device is late as well as faulty.
  const std::string late = turn % 2 == 0 ? "delay_fences=200us;" : "";
  switch (fault) {
    case Fault::allocation:
      return late + fmt::format("fail_alloc={}", turn);
    case Fault::command:
      return late + fmt::format("fail_command={}", turn);
    case Fault::lost_device:
      return late + fmt::format("lose_device={}", turn);
    case Fault::hung_fence:
      return late + fmt::format("hang_fence={}", turn);
    default:
      return late;
  }
}

tenon_status expected_code(Fault fault) {
  switch (fault) {
    case Fault::allocation:
      return TENON_NO_MEMORY;
    case Fault::command:
      return TENON_DEVICE;
    case Fault::lost_device:
      return TENON_DEVICE_LOST;
    case Fault::hung_fence:
      return TENON_TIMEOUT;
    default:
      return TENON_CANCELLED;
  }
}

Engine layered_engine(const std::string& script) {
  setenv("TENON_FAULT", script.c_str(), 1);
  return Engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"},
                 {"search", "none"},
                 {"layers", "validate,fault"}});
}

Model load(const Engine& engine, const TestModel& model) {
  tenon_model* made = nullptr;
  detail::check(tenon_model_load_memory(engine.handle(), model.bytes.data(), model.bytes.size(),
                                        "test.onnx", nullptr, 0, nullptr, &made));
  return Model(made);
}

bool same(const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].dims != expected[i].dims || found[i].data != expected[i].data) return false;
  }
  return true;
}

std::optional<Failure> failure_of(const std::function<void()>& call) {
  const Clock::time_point begin = Clock::now();
  try {
    call();
  } catch (const Error& error) {
    const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    return Failure{error.status(), error.what(), took.count()};
  }
  return std::nullopt;
}

// One trial, with what it learns on the way.
class Course {
 public:
  explicit Course(const Trial& trial) : trial_(trial) {}

  Outcome run() {
    const Engine engine = layered_engine(script_of(trial_.fault, trial_.turn));
    prepare_cancel();
    {
      std::optional<Model> model;
      std::optional<Session> session;
      rounds(engine, model, session);
      if (outcome_.struck && outcome_.wrong.empty()) go_on(engine, model, session);
    }
    if (const uint64_t bytes = bytes_held(engine); bytes != 0) {
      wrong(fmt::format("{} bytes are left on the device", bytes));
    }
    return outcome_;
  }

 private:
  void wrong(std::string text) {
    if (outcome_.wrong.empty()) outcome_.wrong = std::move(text);
  }

  void prepare_cancel() {
    if (trial_.fault != Fault::cancel) return;
    if (trial_.turn % 3 != 0) {
      canceller_.left = trial_.turn;
      return;
    }
    std::mt19937_64 random(trial_.turn);
    canceller_.end = Clock::now() + std::chrono::microseconds(random() % 20'000);
  }

  const tenon_cancel* cancel() {
    return trial_.fault == Fault::cancel && !outcome_.struck ? &cancel_ : nullptr;
  }

  Session make_session(const Model& model) {
    Options options;
    if (trial_.fault == Fault::hung_fence) {
      options.emplace_back("deadline_ms", std::to_string(deadline_ms));
    }
    return model.session(trial_.device, options, cancel());
  }

  // Whether that went well; a failure must be the one that was asked for.
  bool try_call(const std::function<void()>& call) {
    const auto failure = failure_of(call);
    if (!failure) return true;
    outcome_.struck = true;
    outcome_.ms = failure->ms;
    if (failure->code != expected_code(trial_.fault)) {
      wrong(fmt::format("status {}, expected {}: {}", failure->code, expected_code(trial_.fault),
                        failure->text));
    } else if (failure->text.empty() || failure->text.find("validate:") != std::string::npos) {
      wrong(fmt::format("failure without a sound text: \"{}\"", failure->text));
    } else if (trial_.fault == Fault::hung_fence && failure->ms > latest_ms) {
      wrong(fmt::format("{:.0f} ms for a deadline of {} ms", failure->ms, deadline_ms));
    }
    return false;
  }

  void rounds(const Engine& engine, std::optional<Model>& model, std::optional<Session>& session) {
    if (!try_call([&] { model.emplace(load(engine, trial_.model)); })) return;
    if (!try_call([&] { session.emplace(make_session(*model)); })) return;
    for (int64_t round = 0; round < static_cast<int64_t>(trial_.answers.size()); ++round) {
      if (!run_round(*session, round)) return;
    }
  }

  bool run_round(Session& session, int64_t round) {
    std::vector<Tensor> found;
    const std::vector<Tensor> inputs = trial_.model.inputs(round);
    if (!try_call([&] { found = session.run(inputs, cancel()); })) return false;
    if (!same(found, trial_.answers[static_cast<size_t>(round)])) {
      wrong(fmt::format("round {}: another answer", round));
      return false;
    }
    return true;
  }

  // The fault has been; what comes now is right, or the session says that it is of no more use and
  // a new one is right.
  void go_on(const Engine& engine, std::optional<Model>& model, std::optional<Session>& session) {
    if (trial_.fault == Fault::lost_device) {
      if (session) expect_lost(*session);
      return fresh_engine();
    }
    if (session) {
      const auto failure = failure_of([&] { again(*session); });
      if (!failure) return;
      outcome_.unusable = true;
      const bool said = failure->code == TENON_DEVICE_LOST || failure->code == TENON_TIMEOUT;
      if (!said) return wrong("the session fails afterwards with: " + failure->text);
    }
    const auto failure = failure_of([&] {
      if (!model) model.emplace(load(engine, trial_.model));
      // Without a deadline: a busy machine is no fault.
      Session other = model->session(trial_.device);
      again(other);
    });
    if (failure) wrong("a new session fails with: " + failure->text);
  }

  void again(Session& session) {
    for (const int64_t round : {0, 1}) {
      const std::vector<Tensor> found = session.run(trial_.model.inputs(round));
      if (!same(found, trial_.answers[static_cast<size_t>(round)])) {
        wrong(fmt::format("round {} after the fault: another answer", round));
      }
    }
  }

  void expect_lost(Session& session) {
    outcome_.unusable = true;
    const auto failure = failure_of([&] { session.run(trial_.model.inputs(0)); });
    if (!failure || failure->code != TENON_DEVICE_LOST) {
      wrong("a session on a lost device does not say so");
    }
  }

  void fresh_engine() {
    const Engine engine = plain_engine();
    const auto failure = failure_of([&] {
      const Model model = load(engine, trial_.model);
      Session session = model.session(trial_.device);
      again(session);
    });
    if (failure) wrong("a new engine fails with: " + failure->text);
  }

  const Trial& trial_;
  Outcome outcome_;
  Canceller canceller_;
  tenon_cancel cancel_ = {&canceller_, Canceller::poll};
};

}  // namespace

std::string_view name_of(Fault fault) {
  constexpr std::string_view names[] = {"allocation failure", "failed command", "lost device",
                                        "hung fence", "cancel"};
  return names[static_cast<size_t>(fault)];
}

Outcome attempt(const Trial& trial) { return Course(trial).run(); }

uint64_t bytes_held(const Engine& engine) {
  const auto devices = parse_json(engine.describe("devices"));
  int64_t bytes = 0;
  if (!devices.ok()) return UINT64_MAX;
  for (const Json& device : devices->array_items()) bytes += device.integer("allocated_bytes", -1);
  return static_cast<uint64_t>(bytes);
}

Engine plain_engine() {
  unsetenv("TENON_FAULT");
  return Engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}});
}

Answers answers_of(const TestModel& model, const std::string& device, int64_t rounds) {
  const Engine engine = plain_engine();
  const Model loaded = load(engine, model);
  Session session = loaded.session(device);
  Answers answers;
  for (int64_t round = 0; round < rounds; ++round) {
    answers.push_back(session.run(model.inputs(round)));
  }
  return answers;
}

}  // namespace tenon::faults
