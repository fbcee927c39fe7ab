// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/test_device.h"

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/programs.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

namespace tenon::testing {

int64_t TestTensor::elements() const {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  return count;
}
double TestTensor::real(int64_t i) const { return load_float(bytes.data(), dtype, i); }
int64_t TestTensor::integer(int64_t i) const { return load_integer(bytes.data(), dtype, i); }

std::vector<double> TestTensor::reals() const {
  std::vector<double> values;
  for (int64_t i = 0; i < elements(); ++i) {
    values.push_back(is_float(dtype) ? real(i) : static_cast<double>(integer(i)));
  }
  return values;
}

TestTensor empty_tensor(DType dtype, std::vector<int64_t> dims) {
  TestTensor made{dtype, std::move(dims), {}};
  made.bytes.resize(static_cast<size_t>(made.elements()) * element_bytes(dtype));
  return made;
}

static void store(TestTensor& tensor, int64_t i, double value) {
  if (is_float(tensor.dtype)) {
    store_float(tensor.bytes.data(), tensor.dtype, i, value);
  } else {
    store_integer(tensor.bytes.data(), tensor.dtype, i, static_cast<int64_t>(value));
  }
}

TestTensor tensor(DType dtype, std::vector<int64_t> dims, const std::vector<double>& values) {
  TestTensor made = empty_tensor(dtype, std::move(dims));
  const size_t count = std::min(values.size(), static_cast<size_t>(made.elements()));
  for (size_t i = 0; i < count; ++i) store(made, static_cast<int64_t>(i), values[i]);
  return made;
}

TestTensor random_tensor(DType dtype, std::vector<int64_t> dims, uint32_t seed) {
  TestTensor made = empty_tensor(dtype, std::move(dims));
  std::mt19937 random(seed);
  for (int64_t i = 0; i < made.elements(); ++i) {
    const auto bits = static_cast<int64_t>(random() >> 4);
    double value = static_cast<double>(bits % 16);
    if (is_float(dtype)) {
      value = static_cast<double>(bits) / (1 << 28) * 4 - 2;
    } else if (dtype == DType::boolean) {
      value = static_cast<double>(bits % 2);
    } else if (facts(dtype).is_signed) {
      value -= 8;
    }
    store(made, i, value);
  }
  return made;
}

TestDevice::TestDevice(HostBackend backend) : plugin_(std::move(backend)) {
  table_ = static_cast<const tenon_backend*>(plugin_.query(TENON_BACKEND_ID));
  programs_ = static_cast<const tenon_programs*>(plugin_.query(TENON_PROGRAMS_ID));
  if (table_->open(&plugin_, 0, 0, nullptr, 0, &device_) != TENON_OK) std::abort();
}

TestDevice::~TestDevice() { table_->close(device_); }

namespace {

Status check(tenon_status code, std::string_view what) { return from_host(code, what); }

// What one run holds; freed in the right order whatever happens.
struct Run {
  const TestDevice& device;
  tenon_program* program = nullptr;
  tenon_bound* bound = nullptr;
  tenon_stream* stream = nullptr;
  std::vector<tenon_buffer*> buffers;
  std::vector<tenon_binding> bindings;

  explicit Run(const TestDevice& where) : device(where) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    for (tenon_buffer* buffer : buffers) device.table().free(device.device(), buffer);
    if (stream != nullptr) device.table().stream_free(device.device(), stream);
    if (bound != nullptr) device.programs().drop_bound(bound);
    if (program != nullptr) device.programs().drop(program);
  }
  Status import(TestTensor& tensor) {
    tenon_buffer* buffer = nullptr;
    TENON_TRY(check(device.table().import_host(device.device(), tensor.bytes.data(),
                                               tensor.bytes.size(), 0, 0, &buffer),
                    "import_host"));
    buffers.push_back(buffer);
    bindings.push_back({buffer, 0, tensor.bytes.size()});
    return {};
  }
};

}  // namespace

Result<std::vector<TestTensor>> TestDevice::run(const std::vector<uint64_t>& blob,
                                                std::vector<TestTensor> inputs,
                                                std::vector<TestTensor> outputs,
                                                const std::vector<int64_t>& symbols) const {
  Run state(*this);
  tenon_compile options = {};
  options.size = sizeof options;
  options.precision = precision_;
  TENON_TRY(check(programs_->compile(device_, reinterpret_cast<const tenon_graph*>(blob.data()),
                                     &options, &state.program),
                  "compile"));
  tenon_demand demand = {};
  TENON_TRY(
      check(programs_->bind(state.program, symbols.data(), symbols.size(), &state.bound, &demand),
            "bind"));
  for (TestTensor& tensor : inputs) TENON_TRY(state.import(tensor));
  for (TestTensor& tensor : outputs) TENON_TRY(state.import(tensor));
  tenon_run run = {};
  run.size = sizeof run;
  run.n_bindings = static_cast<uint32_t>(state.bindings.size());
  run.bindings = state.bindings.data();
  run.symbols = symbols.data();
  run.n_symbols = static_cast<uint32_t>(symbols.size());
  tenon_buffer* scratch = nullptr;
  TENON_TRY(
      check(table_->alloc(device_, demand.scratch_bytes, TENON_USE_SCRATCH, 0, &scratch), "alloc"));
  state.buffers.push_back(scratch);
  run.scratch = {scratch, 0, demand.scratch_bytes};
  TENON_TRY(check(table_->stream(device_, &state.stream), "stream"));
  TENON_TRY(check(programs_->run(state.bound, &run, state.stream), "run"));
  return outputs;
}

Result<std::vector<TestTensor>> TestDevice::run_node(const std::string& op,
                                                     std::vector<TestTensor> inputs,
                                                     std::vector<TestTensor> outputs,
                                                     const std::vector<TestAttr>& attrs) const {
  BlobWriter blob;
  std::vector<uint32_t> in;
  std::vector<uint32_t> out;
  for (const TestTensor& tensor : inputs) {
    in.push_back(tensor.dtype == DType::none ? TENON_NONE : blob.input(tensor.dtype, tensor.dims));
  }
  std::erase_if(inputs, [](const TestTensor& tensor) { return tensor.dtype == DType::none; });
  for (const TestTensor& tensor : outputs) {
    out.push_back(blob.value(tensor.dtype, tensor.dims));
    blob.output(out.back());
  }
  blob.node(op, in, out, attrs);
  return run(blob.finish(), std::move(inputs), std::move(outputs));
}

std::vector<std::string> TestDevice::claims(const std::vector<uint64_t>& blob) const {
  std::vector<std::string> answers;
  const tenon_claim_sink sink = {
      .context = &answers,
      .claim = [](void* context, const tenon_claim* claim) -> tenon_status {
        auto& list = *static_cast<std::vector<std::string>*>(context);
        list.push_back("claimed " + std::string(to_view(claim->label)));
        return TENON_OK;
      },
      .refuse = [](void* context, uint32_t, uint32_t, tenon_str reason) -> tenon_status {
        auto& list = *static_cast<std::vector<std::string>*>(context);
        list.push_back("refused " + std::string(to_view(reason)));
        return TENON_OK;
      },
  };
  programs_->claim(device_, reinterpret_cast<const tenon_graph*>(blob.data()), &sink);
  return answers;
}

namespace {

constexpr uint32_t task_width = 3;

// Every step on fresh threads, chunks taken in turns: slow, but truly side by side.
tenon_status run_steps(const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                       const tenon_cancel* cancel) {
  for (uint64_t i = 0; i < count; ++i) {
    if (cancel != nullptr && cancel->poll(cancel->context) != TENON_OK) return TENON_CANCELLED;
    std::atomic<uint32_t> next = 0;
    std::vector<std::thread> workers;
    for (uint32_t slot = 0; slot < task_width; ++slot) {
      workers.emplace_back([&, slot] {
        for (uint32_t chunk = next++; chunk < chunks[i]; chunk = next++) {
          steps[i].fn(&steps[i], frame, chunk, slot);
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
  }
  return TENON_OK;
}

constexpr tenon_tasks tasks = {
    .size = sizeof(tenon_tasks),
    .reserved = 0,
    .width = [] { return task_width; },
    .run_steps = run_steps,
    .parallel_for =
        [](uint64_t count, uint64_t, void* context, void (*fn)(void*, uint64_t, uint64_t)) {
          fn(context, 0, count);
          return tenon_status{TENON_OK};
        }};

}  // namespace

TestHost::TestHost(bool with_tasks) : before_(plugin_host) {
  host_.size = sizeof host_;
  host_.context = &failure_;
  host_.fail = [](const tenon_host* host, tenon_status, tenon_str, uint32_t, uint32_t,
                  tenon_str text) { *static_cast<std::string*>(host->context) = to_view(text); };
  host_.query = [](const tenon_host*, tenon_str) -> const void* { return nullptr; };
  if (with_tasks) {
    host_.query = [](const tenon_host*, tenon_str id) -> const void* {
      return to_view(id) == TENON_TASKS_ID ? &tasks : nullptr;
    };
  }
  plugin_host = &host_;
}

TestHost::~TestHost() { plugin_host = before_; }

}  // namespace tenon::testing
