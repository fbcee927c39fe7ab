// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/layers/fault_script.h"
#include "core/plugin/layers/layer.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

// What the fault layer keeps for each object of a plugin. With a delay, a stream holds its commands
// back and a thread of its own gives them to the plugin later, so that every backend behaves like a
// device that works on its own: sources are read late, results come late.
namespace tenon::fault {

class Layer final : public PluginLayer {
 public:
  Layer(std::unique_ptr<PluginTables> inner, const FaultScript& script)
      : PluginLayer(std::move(inner)), counter(script) {}
  bool delays() const { return counter.script().delay.count() > 0; }

  FaultCounter counter;

 private:
  const tenon_backend& backend() const override;
  const tenon_programs& programs() const override;
};

struct Device {
  Layer* layer = nullptr;
  tenon_device* inner = nullptr;
  std::atomic<bool> lost = false;

  const tenon_backend& backend() const { return layer->inner_backend(); }
  const tenon_programs& programs() const { return layer->inner_programs(); }
  // A failure when the device is lost, or is lost by this command.
  Status command();
  Status alive() const;
};

struct Buffer {
  Device* device = nullptr;
  tenon_buffer* inner = nullptr;
};

// With a delay the fence has a timeline of its own; without one it is the plugin's.
struct Fence {
  Device* device = nullptr;
  tenon_fence* inner = nullptr;

  void publish(uint64_t reached, const Status& failed);
  Status block_delayed(uint64_t target, uint64_t timeout_ns);
  Status value_delayed(uint64_t* reached, tenon_status* failed);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t value_ = 0;
  Status failure_;
};

class Stream {
 public:
  Stream(Device& device, tenon_stream* inner);
  // Runs or drops what is held back.
  ~Stream();
  Device& device() { return device_; }
  tenon_stream* inner() const { return inner_; }
  // Gives a command to the plugin, now or after the delay. Once one failed, later ones are dropped.
  Status submit(std::function<Status()> work);
  Status signal(Fence& fence, uint64_t value);
  Status wait(Fence& fence, uint64_t value);

 private:
  using Clock = std::chrono::steady_clock;
  struct Command {
    Clock::time_point ready;
    std::function<Status()> work;
    bool always = false;  // also after a failure
  };
  void push(std::function<Status()> work, bool always);
  void serve();
  Status wait_delayed(Fence& fence, uint64_t value) const;

  Device& device_;
  tenon_stream* inner_;
  std::atomic<bool> hung_ = false;
  Status failure_;  // of the serving thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Command> commands_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

struct Program {
  Device* device = nullptr;
  tenon_program* inner = nullptr;
};

struct Bound {
  Program* program = nullptr;
  tenon_bound* inner = nullptr;
};

}  // namespace tenon::fault
