// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.h"

#include <cstring>
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

// A tensor in host memory: dense, row-major. `dtype` is TENON_F32 and so on.
struct Tensor {
  std::string name;
  uint32_t dtype = TENON_NO_DTYPE;
  std::vector<int64_t> dims;
  std::vector<std::byte> data;

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
  tenon_host_tensor view() const {
    return {sizeof(tenon_host_tensor),
            dtype,
            detail::str(name),
            dims.data(),
            dims.size(),
            data.data(),
            data.size()};
  }
  static Tensor copy(const tenon_host_tensor& view) {
    Tensor tensor{std::string(view.name.data, view.name.size),
                  view.dtype,
                  {view.dims, view.dims + view.rank},
                  std::vector<std::byte>(view.bytes)};
    if (view.data != nullptr && view.bytes > 0) {
      std::memcpy(tensor.data.data(), view.data, view.bytes);
    } else {
      tensor.data.clear();
    }
    return tensor;
  }
};

namespace detail {
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
    std::vector<tenon_host_tensor> views;
    for (const Tensor& input : inputs) views.push_back(input.view());
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
    const tenon_request request{sizeof(tenon_request), 0,     detail::str(parameters), parts.data(),
                                parts.size(),          cancel};
    const tenon_event_sink sink{&events, [](void* context, tenon_str json) -> tenon_status {
                                  static_cast<std::vector<std::string>*>(context)->emplace_back(
                                      json.data, json.size);
                                  return TENON_OK;
                                }};
    detail::check(tenon_task_run(handle(), name.c_str(), &request, &sink));
    return events;
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
