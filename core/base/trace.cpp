// SPDX-License-Identifier: Apache-2.0
#include "core/base/trace.h"

#include "tenon/json.h"
#include "tenon/status.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace tenon {
namespace {

// Of one thread; later ones are counted and dropped.
constexpr size_t most_events = size_t{1} << 20;

struct Event {
  std::string op, name, device;
  uint64_t begin = 0, end = 0;
  uint64_t run = 0;
  uint32_t chunks = 0;  // of a step, on this thread
  uint64_t busy = 0;    // nanoseconds inside the chunks
  uint64_t bytes = 0, flops = 0;
  bool is_counter = false;
  uint64_t value = 0;
};

// What one thread did. Its mutex is shared with nobody but the reader.
struct Line {
  std::mutex mutex;
  uint32_t number = 0;
  std::vector<Event> events;
  uint64_t dropped = 0;
};

struct Timeline {
  std::atomic<bool> on = false;
  std::atomic<uint64_t> runs = 0;
  std::mutex mutex;
  std::vector<std::shared_ptr<Line>> lines;
  std::vector<std::string> devices;  // of runs, by number
  uint64_t begin = 0;
};

// Never freed: threads may still tell of their work when the process ends.
Timeline& timeline() {
  static Timeline& made = *new Timeline;
  return made;
}

uint64_t now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

Line& own_line() {
  thread_local std::shared_ptr<Line> line;
  if (!line) {
    line = std::make_shared<Line>();
    Timeline& all = timeline();
    const std::lock_guard lock(all.mutex);
    line->number = static_cast<uint32_t>(all.lines.size());
    all.lines.push_back(line);
  }
  return *line;
}

void keep(Event event) {
  Line& line = own_line();
  const std::lock_guard lock(line.mutex);
  if (line.events.size() == most_events) {
    ++line.dropped;
    return;
  }
  line.events.push_back(std::move(event));
}

// Chunks of one step that a thread runs one after the other are one event.
bool joins(const Event& last, const tenon_trace_span& span) {
  return last.run == span.run && last.run != 0 && last.chunks > 0 && last.op == to_view(span.op) &&
         last.name == to_view(span.name);
}

void keep_span(const tenon_trace_span& span) {
  Line& line = own_line();
  const std::lock_guard lock(line.mutex);
  if (!line.events.empty() && joins(line.events.back(), span)) {
    Event& last = line.events.back();
    last.end = span.end;
    last.busy += span.end - span.begin;
    last.bytes += span.bytes;
    last.flops += span.flops;
    ++last.chunks;
    return;
  }
  if (line.events.size() == most_events) {
    ++line.dropped;
    return;
  }
  Event& event = line.events.emplace_back();
  event.op = to_view(span.op);
  event.name = to_view(span.name);
  event.begin = span.begin;
  event.end = span.end;
  event.run = span.run;
  event.chunks = 1;
  event.busy = span.end - span.begin;
  event.bytes = span.bytes;
  event.flops = span.flops;
}

double microseconds(uint64_t begin, uint64_t end) {
  return end < begin ? 0 : static_cast<double>(end - begin) / 1000;
}

Json head(const char* kind, std::string_view name, uint32_t thread) {
  return Json::object({{"ph", kind}, {"name", name}, {"pid", 1}, {"tid", thread}});
}

Json json_of(const Event& event, const Timeline& all, uint32_t thread) {
  if (event.is_counter) {
    Json made = head("C", event.op, 0);
    made.set("ts", microseconds(all.begin, event.begin));
    return made.set("args", Json::object({{event.name, event.value}}));
  }
  Json made = head("X", event.op, thread);
  Json about = Json::object();
  if (!event.name.empty()) about.set("node", event.name);
  const bool known = event.run > 0 && event.run <= all.devices.size();
  const std::string& device = known ? all.devices[event.run - 1] : event.device;
  if (!device.empty()) about.set("device", device);
  if (event.chunks > 0) {
    about.set("run", event.run).set("chunks", event.chunks);
    about.set("busy_us", static_cast<double>(event.busy) / 1000);
  }
  if (event.bytes > 0) about.set("bytes", event.bytes);
  if (event.flops > 0) about.set("flops", event.flops);
  made.set("cat", event.chunks > 0 ? "step" : "host")
      .set("ts", microseconds(all.begin, event.begin))
      .set("dur", microseconds(event.begin, event.end));
  return made.set("args", std::move(about));
}

}  // namespace

void set_trace(bool on) {
  Timeline& all = timeline();
  const std::lock_guard lock(all.mutex);
  if (on) {
    for (const auto& line : all.lines) {
      const std::lock_guard line_lock(line->mutex);
      line->events.clear();
      line->dropped = 0;
    }
    all.devices.clear();
    all.runs = 0;
    all.begin = now();
  }
  all.on = on;
}

bool trace_is_on() { return timeline().on.load(std::memory_order_relaxed); }

std::string trace_json() {
  Timeline& all = timeline();
  const std::lock_guard lock(all.mutex);
  std::string text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  uint64_t dropped = 0;
  text += head("M", "process_name", 0).set("args", Json::object({{"name", "tenon"}})).dump();
  for (const auto& line : all.lines) {
    const std::lock_guard line_lock(line->mutex);
    if (line->events.empty()) continue;
    const std::string name = fmt::format("thread {}", line->number);
    text +=
        ",\n" +
        head("M", "thread_name", line->number).set("args", Json::object({{"name", name}})).dump();
    for (const Event& event : line->events) {
      text += ",\n" + json_of(event, all, line->number).dump();
    }
    dropped += line->dropped;
  }
  return text + fmt::format("\n],\"otherData\":{{\"dropped\":{}}}}}\n", dropped);
}

TraceScope::TraceScope(std::string_view op, std::string_view name, std::string_view device)
    : op_(op), name_(name), device_(device), begin_(trace_is_on() ? now() : 0) {}

TraceScope::~TraceScope() {
  if (begin_ == 0 || !trace_is_on()) return;
  Event event;
  event.op = op_;
  event.name = name_;
  event.device = device_;
  event.begin = begin_;
  event.end = now();
  keep(std::move(event));
}

void trace_counter(std::string_view name, std::string_view of, uint64_t value) {
  if (!trace_is_on()) return;
  Event event;
  event.op = name;
  event.name = of;
  event.begin = event.end = now();
  event.is_counter = true;
  event.value = value;
  keep(std::move(event));
}

uint64_t trace_run(std::string_view device) {
  if (!trace_is_on()) return 0;
  Timeline& all = timeline();
  const std::lock_guard lock(all.mutex);
  all.devices.emplace_back(device);
  return all.devices.size();
}

const tenon_trace& trace_table() {
  static const tenon_trace table = {
      .size = sizeof(tenon_trace),
      .reserved = 0,
      .now = now,
      .span = [](const tenon_trace_span* span) { keep_span(*span); },
  };
  return table;
}

}  // namespace tenon
