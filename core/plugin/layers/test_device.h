// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/border.h"
#include "core/plugin/layers/layer.h"
#include "tests/plugins/tiny_backend.h"

#include "tenon/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <vector>

// The tiny test backend behind layers, with one open device, for tests of the layers.
namespace tenon {

class TinyTables : public PluginTables {
 public:
  void* self() override { return nullptr; }
  const void* query(std::string_view id) override {
    if (id == TENON_BACKEND_ID) return &backend;
    return id == TENON_PROGRAMS_ID ? &programs : nullptr;
  }
  // Copies, so that a test can spoil a function.
  tenon_backend backend = test_plugins::tiny_backend();
  tenon_programs programs = test_plugins::tiny_programs();
};

class LayeredDevice {
 public:
  LayeredDevice(std::string_view layers, std::unique_ptr<TinyTables> tiny)
      : tables_(with_layers(std::move(tiny), layers)),
        backend(*static_cast<const tenon_backend*>(tables_->query(TENON_BACKEND_ID))),
        programs(*static_cast<const tenon_programs*>(tables_->query(TENON_PROGRAMS_ID))) {
    EXPECT_EQ(backend.open(tables_->self(), 0, 0, nullptr, 0, &device), TENON_OK);
  }
  explicit LayeredDevice(std::string_view layers)
      : LayeredDevice(layers, std::make_unique<TinyTables>()) {}
  LayeredDevice(const LayeredDevice&) = delete;
  LayeredDevice& operator=(const LayeredDevice&) = delete;
  // Frees what is left; what a test freed itself was taken out.
  ~LayeredDevice() {
    for (tenon_stream* stream : streams_) backend.stream_free(device, stream);
    for (tenon_fence* fence : fences_) backend.fence_free(device, fence);
    for (tenon_buffer* buffer : buffers_) backend.free(device, buffer);
    if (tables_) backend.close(device);
  }
  void* self() { return tables_->self(); }
  tenon_buffer* buffer(uint64_t bytes) {
    tenon_buffer* made = nullptr;
    EXPECT_EQ(backend.alloc(device, bytes, TENON_USE_SCRATCH, 0, &made), TENON_OK);
    buffers_.push_back(made);
    return made;
  }
  tenon_stream* stream() {
    tenon_stream* made = nullptr;
    EXPECT_EQ(backend.stream(device, &made), TENON_OK);
    streams_.push_back(made);
    return made;
  }
  tenon_fence* fence() {
    tenon_fence* made = nullptr;
    EXPECT_EQ(backend.fence(device, &made), TENON_OK);
    fences_.push_back(made);
    return made;
  }
  void free_buffer(tenon_buffer* buffer) {
    std::erase(buffers_, buffer);
    backend.free(device, buffer);
  }
  void free_stream(tenon_stream* stream) {
    std::erase(streams_, stream);
    backend.stream_free(device, stream);
  }
  void end_tables() {
    streams_.clear();
    buffers_.clear();
    tables_.reset();
  }

 private:
  std::unique_ptr<PluginTables> tables_;
  std::vector<tenon_buffer*> buffers_;
  std::vector<tenon_stream*> streams_;
  std::vector<tenon_fence*> fences_;

 public:
  const tenon_backend& backend;
  const tenon_programs& programs;
  tenon_device* device = nullptr;
};

inline tenon_graph empty_graph(uint32_t nodes, uint32_t symbols) {
  tenon_graph graph{};
  graph.size = sizeof graph;
  graph.version = TENON_GRAPH_VERSION;
  graph.bytes = sizeof graph;
  graph.nodes.count = nodes;
  graph.symbols.count = symbols;
  return graph;
}

}  // namespace tenon
