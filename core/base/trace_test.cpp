// SPDX-License-Identifier: Apache-2.0
#include "core/base/trace.h"

#include "tenon/json.h"
#include "tenon/status.h"

#include <gtest/gtest.h>

#include <thread>

namespace tenon {
namespace {

tenon_trace_span span_of(uint64_t run, uint32_t chunk, std::string_view name) {
  const uint64_t now = trace_table().now();
  return {.size = sizeof(tenon_trace_span),
          .chunk = chunk,
          .run = run,
          .op = to_str("Conv"),
          .name = to_str(name),
          .begin = now,
          .end = now + 1000,
          .bytes = chunk == 0 ? 64u : 0u,
          .flops = chunk == 0 ? 128u : 0u};
}

// Events of that kind ("X": spans, "C": counters).
std::vector<Json> events(std::string_view kind) {
  const auto parsed = parse_json(trace_json());
  EXPECT_TRUE(parsed.ok()) << parsed.status().message();
  std::vector<Json> found;
  for (const Json& event : parsed->array("traceEvents")) {
    if (event.text("ph") == kind) found.push_back(event);
  }
  return found;
}

TEST(Trace, nothing_is_kept_while_it_is_off) {
  set_trace(true);
  set_trace(false);
  { const TraceScope scope("run"); }
  trace_counter("memory", "cpu", 1);
  EXPECT_EQ(trace_run("cpu"), 0u);
  EXPECT_TRUE(events("X").empty());
  EXPECT_TRUE(events("C").empty());
}

TEST(Trace, chunks_that_a_thread_runs_in_a_row_are_one_event_with_the_runs_device) {
  set_trace(true);
  const uint64_t run = trace_run("cpu");
  for (uint32_t chunk = 0; chunk < 3; ++chunk) {
    const tenon_trace_span span = span_of(run, chunk, "conv \"1\"");
    trace_table().span(&span);
  }
  const tenon_trace_span other = span_of(run, 0, "conv_2");
  trace_table().span(&other);
  set_trace(false);
  const std::vector<Json> spans = events("X");
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].text("name"), "Conv");
  const Json& about = *spans[0].find("args");
  EXPECT_EQ(about.text("node"), "conv \"1\"");
  EXPECT_EQ(about.text("device"), "cpu");
  EXPECT_EQ(about.integer("chunks", 0), 3);
  EXPECT_EQ(about.integer("bytes", 0), 64);
  EXPECT_EQ(about.integer("flops", 0), 128);
  EXPECT_DOUBLE_EQ(about.number("busy_us", 0), 3);
}

TEST(Trace, threads_have_lines_of_their_own_and_counters_have_values) {
  set_trace(true);
  { const TraceScope scope("plan", {}, "cpu"); }
  std::thread([] { const TraceScope scope("compile"); }).join();
  trace_counter("memory", "cpu", 4096);
  set_trace(false);
  const std::vector<Json> spans = events("X");
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_NE(spans[0].integer("tid", -1), spans[1].integer("tid", -1));
  ASSERT_EQ(events("C").size(), 1u);
  EXPECT_EQ(events("C")[0].find("args")->integer("cpu", 0), 4096);
}

}  // namespace
}  // namespace tenon
