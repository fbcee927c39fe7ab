// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/loops.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

namespace tenon::cli::bench {
namespace {

constexpr uint64_t usual_batch = 512;

struct Loop {
  bool one_by_one = false;
  uint64_t tokens = 512, batch = usual_batch, depth = 0, refresh = 0;
  uint32_t sequences = 1;
};

Result<Loop> loop_of(const Json& parameters) {
  const auto number = [&](std::string_view name, int64_t otherwise) {
    return static_cast<uint64_t>(std::max<int64_t>(parameters.integer(name, otherwise), 0));
  };
  Loop loop;
  loop.one_by_one = parameters.text("phase") == "tg";
  loop.tokens = number("tokens", 512);
  loop.batch = loop.one_by_one ? 1 : number("batch", usual_batch);
  loop.depth = number("depth", 0);
  loop.refresh = std::min(number("refresh", 0), loop.tokens);
  loop.sequences = static_cast<uint32_t>(std::min<uint64_t>(number("sequences", 1), 4096));
  if (loop.tokens == 0 || loop.batch == 0 || loop.sequences == 0) {
    return invalid("tokens, batch and sequences are at least 1");
  }
  return loop;
}

// A host's failure has its text in the host already.
Status from_host(tenon_status code, std::string_view doing) {
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), std::string(doing));
}

Result<Json> facts_of(const tenon_sequences_table& table, tenon_model_ref* model) {
  std::string text;
  const tenon_byte_sink sink = {
      &text, [](void* context, const void* bytes, uint64_t size) -> tenon_status {
        static_cast<std::string*>(context)->append(static_cast<const char*>(bytes), size);
        return TENON_OK;
      }};
  TENON_TRY(from_host(table.facts(model, &sink), "the model is none of texts"));
  return parse_json(text);
}

std::vector<int32_t> fixed_tokens(int64_t vocabulary, uint64_t count) {
  std::mt19937 random(7);
  std::vector<int32_t> tokens(count);
  for (int32_t& token : tokens) {
    token =
        static_cast<int32_t>(random() % static_cast<uint64_t>(std::max<int64_t>(vocabulary, 1)));
  }
  return tokens;
}

// Sequences of a pool that are filled and emptied again.
class Texts {
 public:
  Texts(const tenon_sequences_table& table, const tenon_cancel* cancel)
      : table_(table), cancel_(cancel) {}
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  ~Texts() {
    if (pool_ != nullptr) table_.destroy(pool_);
  }

  Status open(tenon_model_ref* model, const Loop& loop, int64_t vocabulary) {
    const uint64_t each = loop.depth + loop.tokens;
    tokens_ = fixed_tokens(vocabulary, each + loop.sequences);
    vocabulary_ = vocabulary;
    // A page may be begun in every sequence.
    constexpr uint64_t page = 64;
    const uint64_t all = (each + page - 1) / page * page * loop.sequences;
    TENON_TRY(
        from_host(table_.open(model, all, loop.sequences, page, &pool_), "room for the texts"));
    for (uint32_t i = 0; i < loop.sequences; ++i) {
      TENON_TRY(from_host(table_.create(pool_, &numbers_.emplace_back()), "a sequence"));
    }
    return {};
  }

  // All sequences back to so many tokens; what is missing is read.
  Status go_to(uint64_t length) {
    for (const uint32_t number : numbers_) {
      if (table_.truncate(pool_, number, length) == TENON_OK) continue;
      TENON_TRY(from_host(table_.truncate(pool_, number, 0), "an empty context"));
    }
    uint64_t there = 0;
    TENON_TRY(from_host(table_.length(pool_, numbers_.front(), &there), "a length"));
    return there < length ? append(there, length - there, usual_batch) : Status();
  }

  Status append(uint64_t first, uint64_t count, uint64_t batch) {
    for (uint64_t at = 0; at < count; at += batch) {
      TENON_TRY(step(first + at, std::min(batch, count - at)));
    }
    return {};
  }

  // Begins the texts in another way, so that nothing of them is known from an earlier run.
  void change_beginning() {
    const int64_t count = std::max<int64_t>(vocabulary_, 1);
    for (size_t i = 0; i < numbers_.size(); ++i) {
      tokens_[i] = static_cast<int32_t>((tokens_[i] + 1) % count);
    }
  }

  // Looks at the logits from now on; finite() tells.
  void watch(bool on) { watches_ = on; }
  bool finite() const { return finite_; }

 private:
  Status step(uint64_t first, uint64_t count) {
    entries_.clear();
    for (size_t i = 0; i < numbers_.size(); ++i) {
      entries_.push_back({.size = sizeof(tenon_step_entry),
                          .sequence = numbers_[i],
                          .tokens = tokens_.data() + i + first,
                          .count = count,
                          .want = TENON_WANT_LAST,
                          .reserved = 0});
    }
    const tenon_tensor_sink sink = {
        this, [](void* context, const tenon_host_tensor* tensor) -> tenon_status {
          static_cast<Texts*>(context)->look(*tensor);
          return TENON_OK;
        }};
    return from_host(table_.step(pool_, entries_.data(), entries_.size(), &sink, cancel_),
                     "a step");
  }

  void look(const tenon_host_tensor& tensor) {
    if (!watches_ || tensor.dtype != TENON_F32) return;
    const auto* values = static_cast<const float*>(tensor.data);
    finite_ = finite_ && std::all_of(values, values + tensor.bytes / sizeof *values,
                                     [](float value) { return std::isfinite(value); });
  }

  const tenon_sequences_table& table_;
  const tenon_cancel* cancel_;
  tenon_sequences* pool_ = nullptr;
  std::vector<uint32_t> numbers_;
  std::vector<int32_t> tokens_;
  int64_t vocabulary_ = 0;
  std::vector<tenon_step_entry> entries_;
  bool watches_ = false, finite_ = true;
};

// Whether there shall be more.
Result<bool> tell(const tenon_event_sink& events, const Json& event) {
  const std::string text = event.dump();
  const tenon_status code = events.event(events.context, to_str(text));
  if (code == TENON_CANCELLED) return false;
  TENON_TRY(from_host(code, "the listener failed"));
  return true;
}

// Emptying the context counts, reading what shall be there before does not.
Result<double> timed_run(Texts& texts, const Loop& loop) {
  texts.change_beginning();
  if (loop.depth > 0) TENON_TRY(texts.go_to(loop.depth));
  const auto begin = std::chrono::steady_clock::now();
  if (loop.depth == 0) TENON_TRY(texts.go_to(0));
  TENON_TRY(texts.append(loop.depth, loop.tokens, loop.batch));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

Status time_texts(const tenon_host& host, tenon_model_ref* model, const Json& parameters,
                  const tenon_event_sink& events, const tenon_cancel* cancel) {
  const auto* table =
      static_cast<const tenon_sequences_table*>(host.query(&host, to_str(TENON_SEQUENCES_ID)));
  if (table == nullptr || model == nullptr) return unsupported("there are no sequences here");
  TENON_TRY_ASSIGN(const Loop loop, loop_of(parameters));
  TENON_TRY_ASSIGN(const Json facts, facts_of(*table, model));
  if (facts.text("kind") != "decoder") {
    return unsupported("the model is no decoder but an {}", facts.text("kind"));
  }
  Texts texts(*table, cancel);
  TENON_TRY(texts.open(model, loop, facts.integer("vocabulary", 0)));
  texts.watch(true);
  TENON_TRY(timed_run(texts, loop).status());
  texts.watch(false);
  Json event = Json::object({{"event", "ready"}, {"finite", texts.finite()}});
  while (true) {
    TENON_TRY_ASSIGN(const bool more, tell(events, event));
    if (!more) return {};
    if (loop.refresh > 0) {
      TENON_TRY(texts.go_to(loop.depth));
      TENON_TRY(texts.append(loop.depth, loop.refresh, loop.batch));
    }
    TENON_TRY_ASSIGN(const double seconds, timed_run(texts, loop));
    event = Json::object({{"event", "run"}, {"seconds", seconds}});
  }
}

}  // namespace tenon::cli::bench
