// SPDX-License-Identifier: Apache-2.0
#include "core/graph/host_value.h"
#include "core/graph/text.h"
#include "core/passes/pass.h"
#include "core/run/session.h"

#include "tenon/kernels.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

void relu(in<float> x, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = x[i] > 0 ? x[i] : 0;
}
void negative(in<float> x, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = -x[i];
}
void sum(in<float> a, in<float> b, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = a[i] + b[i];
}

// A device in this process that offers a few operators by name.
class NamedDevice {
 public:
  NamedDevice(std::string id, std::vector<Kernel> kernels)
      : plugin_({.id = id, .name = id, .kernels = std::move(kernels)}) {
    BackendTables tables;
    tables.backend = static_cast<const tenon_backend*>(plugin_.query(TENON_BACKEND_ID));
    tables.programs = static_cast<const tenon_programs*>(plugin_.query(TENON_PROGRAMS_ID));
    tables.self = &plugin_;
    auto infos = list_devices(tables);
    auto opened = Device::open(tables, std::move(infos->front()));
    if (opened.ok()) device_ = std::move(*opened);
  }
  Device* get() const { return device_.get(); }

 private:
  HostBackendPlugin plugin_;
  std::unique_ptr<Device> device_;
};

class TwoDevices : public testing::Test {
 protected:
  // The outputs of the graph for x, run on both devices, each taking what it knows.
  std::vector<HostValue> run(std::string_view text, std::vector<float> x) {
    Graph graph = std::move(*parse_graph(text));
    EXPECT_TRUE(run_passes(graph, {}).ok());
    PlanOptions options;
    options.mixing = Mixing::listed;
    auto plan = make_plan(std::move(graph), {first_.get(), second_.get()}, options);
    EXPECT_TRUE(plan.ok()) << plan.status().message();
    auto session = Session::make(std::move(*plan), std::make_shared<Weights>());
    EXPECT_TRUE(session.ok());
    const RunInput input{
        "", HostValue::of(borrowed_tensor(DType::f32, {4}, std::as_bytes(std::span(x))))};
    auto outputs = (*session)->run({&input, 1}, {});
    EXPECT_TRUE(outputs.ok()) << outputs.status().message();
    std::vector<HostValue> values;
    for (RunOutput& output : *outputs) values.push_back(std::move(output.value));
    return values;
  }

  static std::vector<float> floats(const HostTensor& tensor) {
    const auto* data = reinterpret_cast<const float*>(tensor.data.get());
    return {data, data + tensor.elements()};
  }

 private:
  NamedDevice first_{"first", {kernel<relu>("Relu")}};
  NamedDevice second_{"second", {kernel<negative>("Neg"), kernel<sum>("Add", same_dims)}};
};

TEST_F(TwoDevices, what_another_device_reads_later_is_kept_until_then) {
  const auto outputs = run(R"(input %0 "x" f32[4]
%1 "a" none = Relu(%0) "a"
%2 "b" none = Neg(%0) "b"
%3 "c" none = Relu(%2) "c"
%4 "d" none = Relu(%3) "d"
%5 "y" none = Add(%1, %4) "y"
output %5 "y"
)",
                           {1, -2, 3, -4});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(floats(outputs[0].tensor), (std::vector<float>{1, 2, 3, 4}));
}

TEST_F(TwoDevices, what_a_host_node_reads_is_kept_until_then) {
  const auto outputs = run(R"(input %0 "x" f32[4]
%1 "a" none = Relu(%0) "a"
%2 "b" none = Neg(%1) "b"
%3 "c" none = Neg(%0) "c"
%4 "d" none = Relu(%3) "d"
%5 "both" none = SequenceConstruct(%1, %2, %4) "both"
output %5 "both"
)",
                           {1, -2, 3, -4});
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].items.size(), 3u);
  EXPECT_EQ(floats(outputs[0].items[0].tensor), (std::vector<float>{1, 0, 3, 0}));
  EXPECT_EQ(floats(outputs[0].items[1].tensor), (std::vector<float>{-1, 0, -3, 0}));
  EXPECT_EQ(floats(outputs[0].items[2].tensor), (std::vector<float>{0, 2, 0, 4}));
}

}  // namespace
}  // namespace tenon
