// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/texts.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/bench/machine.h"
#include "apps/tenon/bench/slices.h"
#include "apps/tenon/bench/table.h"
#include "apps/tenon/bench/watch.h"

#include <charconv>
#include <cmath>
#include <functional>

namespace tenon::cli::bench {
namespace {

// Tokens of the untimed run that brings the caches back.
constexpr int64_t refresh_tokens = 8;

struct Test {
  std::string_view phase;
  int64_t tokens = 0, depth = 0, batch = 0, sequences = 1;

  std::string name() const {
    std::string text = fmt::format("{}{}", phase, tokens);
    if (depth > 0) text += fmt::format(" @ d{}", depth);
    return sequences > 1 ? text + fmt::format(" x{}", sequences) : text;
  }
  Json parameters() const {
    return Json::object({{"phase", phase},
                         {"tokens", tokens},
                         {"depth", depth},
                         {"batch", batch},
                         {"sequences", sequences}});
  }
};

struct Speeds {
  std::vector<double> rates;  // tokens a second
  bool finite = true;
};

Result<std::vector<int64_t>> numbers_of(const Arguments& arguments, std::string_view flag) {
  std::vector<int64_t> numbers;
  const std::string typed = arguments.text(flag);
  for (std::string_view text = typed;;) {
    const size_t comma = std::min(text.find(','), text.size());
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, number);
    if (error != std::errc() || end != text.data() + comma || number < 0 || number > INT32_MAX) {
      return invalid("--{}: \"{}\" is no list of whole numbers", flag, typed);
    }
    numbers.push_back(number);
    if (comma == text.size()) return numbers;
    text.remove_prefix(comma + 1);
  }
}

Result<std::vector<Test>> tests_of(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const auto prompts, numbers_of(arguments, "prompt"));
  TENON_TRY_ASSIGN(const auto gens, numbers_of(arguments, "gen"));
  TENON_TRY_ASSIGN(const auto depths, numbers_of(arguments, "depth"));
  TENON_TRY_ASSIGN(const auto batches, numbers_of(arguments, "batch"));
  TENON_TRY_ASSIGN(const auto counts, numbers_of(arguments, "sequences"));
  std::vector<Test> tests;
  for (const int64_t depth : depths) {
    for (const int64_t count : counts) {
      for (const int64_t batch : batches) {
        for (const int64_t prompt : prompts) {
          if (prompt > 0) tests.push_back({"pp", prompt, depth, batch, count});
        }
      }
      for (const int64_t gen : gens) {
        if (gen > 0) tests.push_back({"tg", gen, depth, batches.front(), count});
      }
    }
  }
  return tests;
}

// Runs the loop of a test; every event goes to `next`, which says whether there shall be more.
Status run_loop(Subject& subject, const Json& parameters,
                const std::function<bool(const Json& event)>& next) {
  const tenon_event_sink sink = {
      const_cast<std::function<bool(const Json&)>*>(&next),
      [](void* context, tenon_str json) -> tenon_status {
        const auto event = parse_json(to_view(json));
        const auto& ask = *static_cast<const std::function<bool(const Json&)>*>(context);
        return event.ok() && ask(*event) ? TENON_OK : TENON_CANCELLED;
      }};
  return attempt([&] {
           subject.session.task("bench", parameters.dump(), {}, sink, interrupted());
           return true;
         })
      .status();
}

Result<Speeds> measure(Subject& subject, const Test& test, int64_t repeats) {
  Speeds speeds;
  const auto tokens = static_cast<double>(test.tokens * test.sequences);
  TENON_TRY(run_loop(subject, test.parameters(), [&](const Json& event) {
    if (event.text("event") == "ready") {
      speeds.finite = event.boolean("finite", true);
      return true;
    }
    speeds.rates.push_back(tokens / event.number("seconds", 1));
    return static_cast<int64_t>(speeds.rates.size()) < repeats;
  }));
  return speeds;
}

// One run of the test that is watched.
Status watch_run(Watch& watch, Subject& subject, const Test& test) {
  Status failure;
  TENON_TRY(run_loop(subject, test.parameters(), [&](const Json& event) {
    if (event.text("event") == "run") return false;
    failure = watch.begin();
    return failure.ok();
  }));
  TENON_TRY(std::move(failure));
  return watch.end(1);
}

Result<Exit> pace(Subject& subject, const Test& test) {
  Json parameters = test.parameters();
  parameters.set("refresh", refresh_tokens);
  TENON_TRY(run_loop(subject, parameters, [&](const Json& event) {
    if (event.text("event") == "ready") {
      answer_ready();
    } else {
      answer_slice(event.number("seconds", 0));
    }
    return slice_is_wanted();
  }));
  return Exit::ok;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(std::max<size_t>(values.size(), 1));
}

double deviation(const std::vector<double>& values) {
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// What stands in front of every row.
struct About {
  std::string model;
  int64_t bytes = 0, parameters = 0;
  std::string device, threads;
};

Result<About> about(const Subject& subject, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Json facts, describe(subject.model, "inspect"));
  About made;
  const std::string path = arguments.operands().front();
  made.model = path.substr(path.rfind('/') + 1);
  made.device = arguments.text("device");
  made.threads = arguments.has("threads") ? arguments.text("threads") : "all";
  const Json* parameters = facts.find("parameters");
  if (parameters == nullptr) return made;
  for (const auto& [type, row] : parameters->members()) {
    made.bytes += row.integer("bytes", 0);
    made.parameters += row.integer("elements", 0);
  }
  return made;
}

Json record_of(const About& about, const Test& test, const Speeds& speeds) {
  Json record = Json::object({{"model", about.model},
                              {"bytes", about.bytes},
                              {"parameters", about.parameters},
                              {"device", about.device},
                              {"threads", about.threads},
                              {"test", test.name()}});
  record.set("n_prompt", test.phase == "pp" ? test.tokens : 0)
      .set("n_gen", test.phase == "tg" ? test.tokens : 0)
      .set("n_depth", test.depth)
      .set("n_ubatch", test.batch)
      .set("sequences", test.sequences)
      .set("avg_ts", mean(speeds.rates))
      .set("stddev_ts", deviation(speeds.rates))
      .set("median_ts", percentile(speeds.rates, 50))
      .set("finite", speeds.finite);
  return record;
}

std::vector<std::string> cells_of(const Json& record, Form form) {
  if (form == Form::csv) {
    std::vector<std::string> cells;
    for (const auto& [name, value] : record.members()) {
      if (value.is_array() || value.is_object()) continue;
      cells.push_back(value.is_text() ? std::string(*value.text()) : value.dump());
    }
    return cells;
  }
  return {
      std::string(record.text("model")),
      fmt::format("{:.2f} GiB", record.number("bytes", 0) / 0x1p30),
      fmt::format("{:.2f} B", record.number("parameters", 0) / 1e9),
      std::string(record.text("device")),
      std::string(record.text("threads")),
      std::string(record.text("test")),
      fmt::format("{:.2f} ± {:.2f}", record.number("avg_ts", 0), record.number("stddev_ts", 0))};
}

void report(const std::vector<Json>& records, Form form) {
  if (form == Form::json) {
    print(Json(records).dump() + "\n");
    return;
  }
  Table table;
  if (form == Form::csv) {
    auto& header = table.emplace_back();
    for (const auto& [name, value] : records.front().members()) {
      if (!value.is_array() && !value.is_object()) header.push_back(name);
    }
  } else {
    table.push_back({"model", "size", "params", "backend", "threads", "test", "t/s"});
  }
  for (const Json& record : records) table.push_back(cells_of(record, form));
  print(shown(table, form));
}

}  // namespace

Status check_lists(const Arguments& arguments) { return tests_of(arguments).status(); }

Result<bool> is_about_texts(const Model& model, const Arguments& arguments) {
  for (const char* flag : {"prompt", "gen", "depth", "sequences"}) {
    if (arguments.has(flag)) return true;
  }
  if (arguments.operands().size() > 1) return true;
  for (const char* flag : {"inputs", "input", "shape"}) {
    if (arguments.has(flag)) return false;
  }
  TENON_TRY_ASSIGN(const Json facts, describe(model, "inspect"));
  const Json* family = facts.find("family");
  return family != nullptr && family->text("kind") == "decoder";
}

Result<Exit> bench_texts(Subject& subject, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::vector<Test> tests, tests_of(arguments));
  if (tests.empty()) return invalid("nothing to do: both --prompt and --gen are 0");
  if (arguments.has("paced")) {
    const auto& words = arguments.operands();
    const std::string phase = words.size() > 1 ? words[1] : "";
    for (const Test& test : tests) {
      if (test.phase == phase) return pace(subject, test);
    }
    return invalid("--paced: \"{}\", expected pp or tg, and tokens for it", printable(phase));
  }
  TENON_TRY_ASSIGN(const About facts, about(subject, arguments));
  const OtherLoad load;
  std::vector<Json> records;
  bool finite = true;
  std::vector<Table> tables;
  TENON_TRY_ASSIGN(auto watch, Watch::make(subject.engine, arguments));
  for (const Test& test : tests) {
    TENON_TRY_ASSIGN(const Speeds speeds,
                     measure(subject, test, std::max<int64_t>(arguments.integer("repeat"), 1)));
    finite = finite && speeds.finite;
    records.push_back(record_of(facts, test, speeds));
    if (watch) TENON_TRY(watch_run(*watch, subject, test));
    if (!watch || !watch->has_table()) continue;
    tables.push_back(watch->table());
    records.back().set("operators", watch->json()).set("limits", watch->limits_json());
  }
  const Form form = form_of(arguments);
  report(records, form);
  for (size_t i = 0; i < tables.size() && form != Form::json; ++i) {
    print(fmt::format("\n{}\n", tests[i].name()) + shown(tables[i], form));
  }
  std::fputs(fmt::format("made ready in {:.2f} s; {:.0f} MB peak, {:.0f} MB before the model; "
                         "others used {:.0f} % of the machine; logits {}\n",
                         subject.creations.back(), memory_mb(), subject.memory_before_mb,
                         load.share() * 100, finite ? "finite" : "NOT FINITE")
                 .c_str(),
             stderr);
  return finite ? Exit::ok : Exit::differs;
}

}  // namespace tenon::cli::bench
