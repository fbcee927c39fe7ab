// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/base.h"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What anything that can fail because of the world returns. A message says where, what was found
// and what was expected, in lower case without a full stop. [any thread]
namespace tenon {

enum class Code : tenon_status {
  ok = TENON_OK,
  invalid = TENON_INVALID,
  unsupported = TENON_UNSUPPORTED,
  no_memory = TENON_NO_MEMORY,
  io = TENON_IO,
  corrupt = TENON_CORRUPT,
  device = TENON_DEVICE,
  device_lost = TENON_DEVICE_LOST,
  cancelled = TENON_CANCELLED,
  timeout = TENON_TIMEOUT,
  version = TENON_VERSION,
  internal = TENON_INTERNAL,
};

// "unsupported", "out of memory": the words used in front of messages.
constexpr std::string_view name_of(Code code) {
  constexpr std::string_view names[] = {"ok",          "invalid",   "unsupported", "out of memory",
                                        "i/o",         "corrupt",   "device",      "device lost",
                                        "cancelled",   "timed out", "version",     "internal error"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(names) ? names[index] : "unknown status";
}

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message)
      : failure_(std::make_unique<Failure>(Failure{code, std::move(message)})) {}
  Status(const Status& other)
      : failure_(other.failure_ ? std::make_unique<Failure>(*other.failure_) : nullptr) {}
  Status(Status&&) noexcept = default;
  Status& operator=(Status other) noexcept {
    failure_ = std::move(other.failure_);
    return *this;
  }
  ~Status() = default;

  bool ok() const { return failure_ == nullptr; }
  Code code() const { return failure_ ? failure_->code : Code::ok; }
  std::string_view message() const {
    return failure_ ? std::string_view(failure_->message) : std::string_view();
  }
  // The same failure with "where: " in front.
  Status at(std::string_view where) const {
    return ok() ? Status() : Status(code(), fmt::format("{}: {}", where, message()));
  }

 private:
  struct Failure {
    Code code;
    std::string message;
  };
  std::unique_ptr<Failure> failure_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}             // NOLINT: a value is a result
  Result(Status status) : status_(std::move(status)) {}     // NOLINT: a failure is a result
  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  // Promised only when ok().
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

// One function per kind of failure: invalid("{}: rank {}, expected 4", name, rank).
#define TENON_STATUS_FUNCTION(name, kind)                                           \
  template <class... A>                                                             \
  Status name(fmt::format_string<A...> text, A&&... arguments) {                    \
    return Status(Code::kind, fmt::format(text, std::forward<A>(arguments)...));    \
  }
TENON_STATUS_FUNCTION(invalid, invalid)
TENON_STATUS_FUNCTION(unsupported, unsupported)
TENON_STATUS_FUNCTION(no_memory, no_memory)
TENON_STATUS_FUNCTION(io_error, io)
TENON_STATUS_FUNCTION(corrupt, corrupt)
TENON_STATUS_FUNCTION(device_error, device)
TENON_STATUS_FUNCTION(device_lost, device_lost)
TENON_STATUS_FUNCTION(cancelled, cancelled)
TENON_STATUS_FUNCTION(timed_out, timeout)
TENON_STATUS_FUNCTION(version_mismatch, version)
TENON_STATUS_FUNCTION(internal_error, internal)
#undef TENON_STATUS_FUNCTION

inline tenon_str to_str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view to_view(tenon_str text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

}  // namespace tenon

#define TENON_JOIN_(a, b) a##b
#define TENON_JOIN(a, b) TENON_JOIN_(a, b)

// Returns from the calling function when the expression is a failure.
#define TENON_TRY(expression)                                        \
  do {                                                               \
    if (::tenon::Status tenon_try_ = (expression); !tenon_try_.ok()) \
      return tenon_try_;                                             \
  } while (false)

// TENON_TRY_ASSIGN(const int64_t rows, count(file)): the value, or returns the failure.
#define TENON_TRY_ASSIGN(declaration, expression) \
  TENON_TRY_ASSIGN_(TENON_JOIN(tenon_result_, __LINE__), declaration, expression)
#define TENON_TRY_ASSIGN_(result, declaration, expression) \
  auto result = (expression);                              \
  if (!result.ok()) return result.status();                \
  declaration = std::move(*result)
