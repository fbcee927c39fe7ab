// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.h"

#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The engine for host applications, in C++: move-only handles over tenon.h, header only, so the
// application's compiler may differ from ours. Failures are thrown as tenon::Error; a program
// without exceptions uses tenon.h.
namespace tenon {

class Error : public std::runtime_error {
 public:
  explicit Error(tenon_status status) : std::runtime_error(tenon_error_text()), status_(status) {}
  tenon_status status() const { return status_; }

 private:
  tenon_status status_;
};

namespace detail {
inline void check(tenon_status status) {
  if (status != TENON_OK) throw Error(status);
}
struct Deleter {
  void operator()(tenon_engine* p) const { tenon_engine_destroy(p); }
  void operator()(tenon_model* p) const { tenon_model_destroy(p); }
  void operator()(tenon_session* p) const { tenon_session_destroy(p); }
  void operator()(tenon_result* p) const { tenon_result_destroy(p); }
};
inline tenon_str str(std::string_view text) { return {text.data(), text.size()}; }
inline tenon_request request_of(std::string_view parameters, std::span<const tenon_part> parts,
                                const tenon_cancel* cancel) {
  return {sizeof(tenon_request), 0, str(parameters), parts.data(), parts.size(), cancel};
}
inline tenon_event_sink event_sink(std::vector<std::string>& events) {
  return {&events, [](void* context, tenon_str json) -> tenon_status {
            static_cast<std::vector<std::string>*>(context)->emplace_back(json.data, json.size);
            return TENON_OK;
          }};
}
inline tenon_byte_sink text_sink(std::string& text) {
  return {&text, [](void* context, const void* bytes, uint64_t size) -> tenon_status {
            static_cast<std::string*>(context)->append(static_cast<const char*>(bytes), size);
            return TENON_OK;
          }};
}
}  // namespace detail

using Options = std::vector<std::pair<std::string, std::string>>;
inline std::vector<tenon_kv> borrow(const Options& options) {
  std::vector<tenon_kv> rows;
  for (const auto& [key, value] : options) {
    rows.push_back({detail::str(key), detail::str(value)});
  }
  return rows;
}

// A tensor in host memory: dense, row-major. `dtype` is TENON_F32 and so on. Or, by `kind`, a
// sequence, optional or map of tensors: these are its items.
struct Tensor {
  std::string name;
  uint32_t dtype = TENON_NO_DTYPE;
  std::vector<int64_t> dims;
  std::vector<std::byte> data;
  std::vector<std::string> texts = {};  // the elements when dtype is TENON_STRING
  uint32_t kind = TENON_KIND_TENSOR;
  std::vector<Tensor> items = {};

  template <class T>
  static Tensor of(std::vector<int64_t> dims, std::span<const T> values, uint32_t dtype) {
    Tensor tensor{{}, dtype, std::move(dims), std::vector<std::byte>(values.size_bytes())};
    std::memcpy(tensor.data.data(), values.data(), values.size_bytes());
    return tensor;
  }
  static Tensor of_f32(std::vector<int64_t> dims, std::span<const float> values) {
    return of<float>(std::move(dims), values, TENON_F32);
  }
  // The elements as T, which the caller knows from dtype.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  // Of a tensor of numbers; valid as long as the tensor stays as it is.
  tenon_host_tensor view() const {
    tenon_host_tensor made{};
    made.size = sizeof made;
    made.dtype = dtype;
    made.name = detail::str(name);
    made.dims = dims.data();
    made.rank = dims.size();
    made.data = data.data();
    made.bytes = data.size();
    return made;
  }
  static Tensor copy(const tenon_host_tensor& view) {
    Tensor tensor;
    tensor.name.assign(view.name.data == nullptr ? "" : view.name.data, view.name.size);
    tensor.dtype = view.dtype;
    tensor.dims.assign(view.dims, view.dims + view.rank);
    tensor.kind = view.kind;
    for (uint64_t i = 0; i < view.n_items; ++i) tensor.items.push_back(copy(view.items[i]));
    if (view.data == nullptr) return tensor;
    if (view.dtype == TENON_STRING) {
      const auto* texts = static_cast<const tenon_str*>(view.data);
      for (uint64_t i = 0; i < view.bytes / sizeof *texts; ++i) {
        tensor.texts.emplace_back(texts[i].data, texts[i].size);
      }
      return tensor;
    }
    const auto* bytes = static_cast<const std::byte*>(view.data);
    tensor.data.assign(bytes, bytes + view.bytes);
    return tensor;
  }
};

namespace detail {
// C structs for tensors of every kind, with what they point to.
class Views {
 public:
  tenon_host_tensor of(const Tensor& tensor) {
    tenon_host_tensor made = tensor.view();
    if (tensor.dtype == TENON_STRING && tensor.kind == TENON_KIND_TENSOR) {
      auto& rows = rows_.emplace_back();
      for (const std::string& text : tensor.texts) rows.push_back(str(text));
      made.data = rows.data();
      made.bytes = rows.size() * sizeof(tenon_str);
    }
    if (tensor.kind != TENON_KIND_TENSOR) {
      std::vector<tenon_host_tensor> items;
      for (const Tensor& item : tensor.items) items.push_back(of(item));
      auto& kept = items_.emplace_back(std::move(items));
      made.kind = tensor.kind;
      made.items = kept.data();
      made.n_items = kept.size();
    }
    return made;
  }

 private:
  std::deque<std::vector<tenon_str>> rows_;
  std::deque<std::vector<tenon_host_tensor>> items_;
};

inline tenon_tensor_sink tensor_sink(std::vector<Tensor>& tensors) {
  return {&tensors, [](void* context, const tenon_host_tensor* tensor) -> tenon_status {
            auto view = *tensor;
            if (view.data == nullptr) view.bytes = 0;
            static_cast<std::vector<Tensor>*>(context)->push_back(Tensor::copy(view));
            return TENON_OK;
          }};
}
}  // namespace detail

class Session {
 public:
  explicit Session(tenon_session* handle) : handle_(handle) {}
  tenon_session* handle() const { return handle_.get(); }

  std::vector<Tensor> run(std::span<const Tensor> inputs, const tenon_cancel* cancel = nullptr) {
    detail::Views made_views;
    std::vector<tenon_host_tensor> views;
    for (const Tensor& input : inputs) views.push_back(made_views.of(input));
    tenon_result* made = nullptr;
    detail::check(tenon_session_run(handle(), views.data(), views.size(), cancel, &made));
    std::unique_ptr<tenon_result, detail::Deleter> result(made);
    std::vector<Tensor> outputs;
    for (uint64_t i = 0; i < tenon_result_count(made); ++i) {
      tenon_host_tensor view{};
      view.size = sizeof view;
      detail::check(tenon_result_tensor(made, i, &view));
      outputs.push_back(Tensor::copy(view));
    }
    return outputs;
  }
  std::string describe() const {
    std::string text;
    const tenon_byte_sink sink = detail::text_sink(text);
    detail::check(tenon_session_describe(handle(), &sink));
    return text;
  }
  // Events, one JSON object each.
  std::vector<std::string> task(const std::string& name, const std::string& parameters,
                                std::span<const tenon_part> parts,
                                const tenon_cancel* cancel = nullptr) {
    std::vector<std::string> events;
    const tenon_event_sink sink = detail::event_sink(events);
    task(name, parameters, parts, sink, cancel);
    return events;
  }
  // The same as they come.
  void task(const std::string& name, const std::string& parameters,
            std::span<const tenon_part> parts, const tenon_event_sink& events,
            const tenon_cancel* cancel = nullptr) {
    const tenon_request request = detail::request_of(parameters, parts, cancel);
    detail::check(tenon_task_run(handle(), name.c_str(), &request, &events));
  }

 private:
  std::unique_ptr<tenon_session, detail::Deleter> handle_;
};

class Model {
 public:
  explicit Model(tenon_model* handle) : handle_(handle) {}
  tenon_model* handle() const { return handle_.get(); }

  Session session(const std::string& devices = "auto", const Options& options = {},
                  const tenon_cancel* cancel = nullptr) const {
    const auto rows = borrow(options);
    tenon_session* made = nullptr;
    detail::check(
        tenon_session_create(handle(), devices.c_str(), rows.data(), rows.size(), cancel, &made));
    return Session(made);
  }
  std::vector<Tensor> inputs() const {
    std::vector<Tensor> tensors;
    const tenon_tensor_sink sink = detail::tensor_sink(tensors);
    detail::check(tenon_model_inputs(handle(), &sink));
    return tensors;
  }
  std::vector<Tensor> outputs() const {
    std::vector<Tensor> tensors;
    const tenon_tensor_sink sink = detail::tensor_sink(tensors);
    detail::check(tenon_model_outputs(handle(), &sink));
    return tensors;
  }
  std::string describe(const std::string& what) const {
    std::string text;
    const tenon_byte_sink sink = detail::text_sink(text);
    detail::check(tenon_model_describe(handle(), what.c_str(), &sink));
    return text;
  }

 private:
  std::unique_ptr<tenon_model, detail::Deleter> handle_;
};

class Engine {
 public:
  explicit Engine(const Options& options = {},
                  std::span<const tenon_plugin* const> static_plugins = {}) {
    const auto rows = borrow(options);
    tenon_engine* made = nullptr;
    detail::check(tenon_engine_create(rows.data(), rows.size(), static_plugins.data(),
                                      static_plugins.size(), &made));
    handle_.reset(made);
  }
  tenon_engine* handle() const { return handle_.get(); }

  Model load(const std::string& path, const Options& options = {},
             const tenon_cancel* cancel = nullptr) const {
    const auto rows = borrow(options);
    tenon_model* made = nullptr;
    detail::check(
        tenon_model_load(handle(), path.c_str(), rows.data(), rows.size(), cancel, &made));
    return Model(made);
  }
  // From memory, which outlives the model. name: as a file would be called.
  Model load_memory(std::span<const std::byte> bytes, const std::string& name,
                    const Options& options = {}, const tenon_cancel* cancel = nullptr) const {
    const auto rows = borrow(options);
    tenon_model* made = nullptr;
    detail::check(tenon_model_load_memory(handle(), bytes.data(), bytes.size(), name.c_str(),
                                          rows.data(), rows.size(), cancel, &made));
    return Model(made);
  }
  // A task without a model; events, one JSON object each.
  std::vector<std::string> task(const std::string& name, const std::string& parameters,
                                std::span<const tenon_part> parts,
                                const tenon_cancel* cancel = nullptr) const {
    std::vector<std::string> events;
    const tenon_event_sink sink = detail::event_sink(events);
    const tenon_request request = detail::request_of(parameters, parts, cancel);
    detail::check(tenon_engine_task(handle(), name.c_str(), &request, &sink));
    return events;
  }
  // A timeline of what this process does from here to end_trace(), which gives it as JSON.
  void begin_trace() const { detail::check(tenon_engine_trace(handle(), 1, nullptr)); }
  std::string end_trace() const {
    std::string text;
    const tenon_byte_sink sink = detail::text_sink(text);
    detail::check(tenon_engine_trace(handle(), 0, &sink));
    return text;
  }
  std::string describe(const std::string& what) const {
    std::string text;
    const tenon_byte_sink sink = detail::text_sink(text);
    detail::check(tenon_engine_describe(handle(), what.c_str(), &sink));
    return text;
  }

 private:
  std::unique_ptr<tenon_engine, detail::Deleter> handle_;
};

}  // namespace tenon
