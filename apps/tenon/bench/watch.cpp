// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/watch.h"

#include "apps/tenon/base/profile.h"

namespace tenon::cli::bench {
namespace {

constexpr double seconds_each = 0.1;
constexpr uint64_t streamed_bytes = uint64_t{256} << 20;

}  // namespace

Result<std::optional<Watch>> Watch::make(const Engine& engine, const Arguments& arguments) {
  Watch watch(engine, arguments);
  watch.has_table_ = arguments.has("ops") || arguments.has("nodes");
  if (!watch.has_table_) {
    return arguments.has("profile") ? std::optional<Watch>(std::move(watch)) : std::nullopt;
  }
  TENON_TRY_ASSIGN(const Json workers, measure_workers(engine));
  TENON_TRY_ASSIGN(watch.limits_, measure_rates(workers.text("features"),
                                                static_cast<uint32_t>(workers.integer("width", 1)),
                                                seconds_each, streamed_bytes));
  return std::optional<Watch>(std::move(watch));
}

Json Watch::limits_json() const {
  Json facts = Json::object({{"threads", limits_.threads}});
  for (const auto& [kind, rate] : limits_.peaks) facts.set(kind, rate);
  return facts.set("read", limits_.read).set("write", limits_.write);
}

Status Watch::begin() {
  return attempt([&] {
           engine_->begin_trace();
           return true;
         })
      .status();
}

Status Watch::end(int64_t runs) {
  TENON_TRY_ASSIGN(const std::string timeline, attempt([&] { return engine_->end_trace(); }));
  runs_ = runs;
  if (arguments_->has("profile")) TENON_TRY(write_profile(timeline, *arguments_));
  if (!has_table_) return {};
  const Grouping grouping = arguments_->has("nodes") ? Grouping::nodes : Grouping::operators;
  TENON_TRY_ASSIGN(rows_, operator_rows(timeline, grouping));
  return {};
}

}  // namespace tenon::cli::bench
