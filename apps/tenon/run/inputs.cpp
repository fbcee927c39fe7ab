// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/inputs.h"

#include "apps/tenon/base/numbers.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/files/file.h"
#include "apps/tenon/files/npz.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

namespace tenon::cli {

namespace {

// Made-up inputs beyond this are refused: 1 GiB.
constexpr uint64_t most_made_bytes = uint64_t{1} << 30;

// A sequence of 64-bit numbers that is the same on every machine (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// A tensor of zeros as wanted, its free sizes 1.
Result<Tensor> blank_tensor(const Tensor& wanted) {
  const auto dtype = static_cast<DType>(wanted.dtype);
  if (element_bytes(dtype) == 0 || dtype == DType::string) {
    return unsupported("input \"{}\" is a {} tensor; give its values with -i {}=...",
                       printable(wanted.name), name_of(dtype), printable(wanted.name));
  }
  Tensor tensor{wanted.name, wanted.dtype, wanted.dims, {}};
  for (int64_t& size : tensor.dims) size = size < 0 ? 1 : size;
  const auto bytes = files::bytes_of(tensor.dims, element_bytes(dtype));
  if (!bytes || *bytes > most_made_bytes) {
    return no_memory("input \"{}\" {} is larger than 1 GiB; give smaller sizes with --dim",
                     printable(wanted.name), type_text(tensor.dtype, tensor.dims));
  }
  tensor.data.resize(*bytes);
  return tensor;
}

// Parts of an element that are stored apart: two of a complex number.
struct Parts {
  DType dtype;
  size_t count;
};
Parts parts_of(const Tensor& tensor) {
  const auto dtype = static_cast<DType>(tensor.dtype);
  const size_t elements = count_of(tensor);
  if (facts(dtype).kind != DTypeClass::complex) return {dtype, elements};
  return {dtype == DType::c64 ? DType::f32 : DType::f64, elements * 2};
}

void store(Tensor& tensor, DType dtype, size_t index, double value) {
  const auto at = static_cast<int64_t>(index);
  if (is_float(dtype)) {
    store_float(tensor.data.data(), dtype, at, value);
  } else {
    store_integer(tensor.data.data(), dtype, at, static_cast<int64_t>(value));
  }
}

Result<Tensor> filled(const Tensor& wanted, double value) {
  TENON_TRY_ASSIGN(Tensor tensor, blank_tensor(wanted));
  const Parts parts = parts_of(tensor);
  for (size_t i = 0; i < parts.count; ++i) store(tensor, parts.dtype, i, value);
  return tensor;
}

// An array from a file under the input's name.
Result<Tensor> from_file(const Tensor& wanted, const std::string& path) {
  auto tensors = files::read_tensors(path);
  if (!tensors.ok()) return Status(Code::invalid, std::string(tensors.status().message()));
  const auto found = std::ranges::find(*tensors, wanted.name, &Tensor::name);
  Tensor* chosen = found != tensors->end() ? &*found : nullptr;
  if (chosen == nullptr && tensors->size() == 1) chosen = &tensors->front();
  if (chosen == nullptr) {
    std::vector<std::string> names;
    for (const Tensor& tensor : *tensors) names.push_back(printable(tensor.name));
    return invalid("{}: no array \"{}\"; there are: {}", path, printable(wanted.name),
                   fmt::join(names, ", "));
  }
  chosen->name = wanted.name;
  return std::move(*chosen);
}

Result<std::vector<double>> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, comma);
    double number = 0;
    if (word == "true" || word == "false") {
      number = word == "true" ? 1 : 0;
    } else {
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
      if (error != std::errc() || end != word.data() + word.size()) {
        return invalid(
            "\"{}\" is no number; expected @FILE, rand[:SEED], zeros, ones or numbers "
            "with commas",
            printable(word));
      }
    }
    numbers.push_back(number);
    if (comma == text.size()) return numbers;
    text.remove_prefix(comma + 1);
  }
}

// Numbers fill the wanted shape; its first free size takes what is over; one number fills all.
Result<Tensor> from_numbers(const Tensor& wanted, const std::vector<double>& numbers) {
  Tensor shape = wanted;
  int64_t fixed = 1;
  for (const int64_t size : shape.dims) fixed *= size > 0 && size <= (int64_t{1} << 30) ? size : 1;
  const auto count = static_cast<int64_t>(numbers.size());
  const auto free = std::ranges::find_if(shape.dims, [](int64_t size) { return size < 0; });
  if (count > 1 && free != shape.dims.end() && fixed > 0 && count % fixed == 0) {
    *free = count / fixed;
  }
  TENON_TRY_ASSIGN(Tensor tensor, blank_tensor(shape));
  const Parts parts = parts_of(tensor);
  if (count != 1 && numbers.size() != parts.count) {
    return invalid("{} numbers for {}, which takes {}", count, type_text(tensor.dtype, tensor.dims),
                   parts.count);
  }
  for (size_t i = 0; i < parts.count; ++i) {
    store(tensor, parts.dtype, i, numbers[count == 1 ? 0 : i]);
  }
  return tensor;
}

// Texts with commas; the first free size takes as many.
Result<Tensor> from_texts(const Tensor& wanted, std::string_view text) {
  Tensor tensor = wanted;
  while (true) {
    const size_t comma = text.find(',');
    tensor.texts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  auto left = static_cast<int64_t>(tensor.texts.size());
  for (int64_t& size : tensor.dims) {
    if (size >= 0) continue;
    size = left;
    left = 1;
  }
  return tensor;
}

Result<Tensor> make_input(const Tensor& wanted, const std::string& text) {
  if (wanted.kind != TENON_KIND_TENSOR) {
    return unsupported("it is no tensor; only a program can give it");
  }
  if (wanted.dtype == TENON_STRING && !text.starts_with('@')) return from_texts(wanted, text);
  if (text.starts_with('@')) return from_file(wanted, text.substr(1));
  if (text == "zeros") return blank_tensor(wanted);
  if (text == "ones") return filled(wanted, 1);
  constexpr std::string_view seeded = "rand:";
  if (text == "rand") return random_tensor(wanted, 0);
  if (text.starts_with(seeded)) {
    uint64_t seed = 0;
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + seeded.size(), end, seed);
    if (error != std::errc() || last != end) return invalid("\"{}\": expected rand:SEED", text);
    return random_tensor(wanted, seed);
  }
  TENON_TRY_ASSIGN(const std::vector<double> numbers, numbers_of(text));
  return from_numbers(wanted, numbers);
}

}  // namespace

InputSpec input_spec(std::string_view typed, std::span<const Tensor> wanted) {
  for (const Tensor& input : wanted) {
    if (typed.size() > input.name.size() && typed.starts_with(input.name) &&
        typed[input.name.size()] == '=') {
      return {input.name, std::string(typed.substr(input.name.size() + 1))};
    }
  }
  const size_t equals = typed.find('=');
  if (typed.starts_with('@') || equals == std::string_view::npos) return {{}, std::string(typed)};
  return {std::string(typed.substr(0, equals)), std::string(typed.substr(equals + 1))};
}

Result<bool> is_picture(const InputSpec& spec) {
  if (!spec.text.starts_with('@')) return false;
  std::ifstream file(spec.text.substr(1), std::ios::binary);
  if (!file) return invalid("{}: cannot be opened", spec.text.substr(1));
  char head[4] = {};
  file.read(head, sizeof head);
  const std::string_view bytes(head, static_cast<size_t>(file.gcount()));
  return bytes.starts_with("\x89PNG") || bytes.starts_with("\xff\xd8\xff") ||
         bytes.starts_with("BM");
}

Result<std::vector<Tensor>> make_inputs(std::span<const Tensor> wanted,
                                        std::span<const std::string> typed) {
  std::vector<std::string> texts(wanted.size());
  size_t position = 0;
  for (const std::string& word : typed) {
    const InputSpec spec = input_spec(word, wanted);
    size_t index = 0;
    if (spec.name.empty()) {
      while (position < wanted.size() && !texts[position].empty()) ++position;
      index = position;
    } else {
      index =
          static_cast<size_t>(std::ranges::find(wanted, spec.name, &Tensor::name) - wanted.begin());
    }
    if (index >= wanted.size()) {
      std::vector<std::string> names;
      for (const Tensor& input : wanted) names.push_back(printable(input.name));
      return invalid("-i {}: the model has no such input; its inputs are: {}", printable(word),
                     fmt::join(names, ", "));
    }
    texts[index] = spec.text;
  }
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto tensor = texts[i].empty() ? random_tensor(wanted[i], i) : make_input(wanted[i], texts[i]);
    if (!tensor.ok()) {
      return texts[i].empty() ? tensor.status()
                              : tensor.status().at(fmt::format("-i {}", printable(wanted[i].name)));
    }
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Result<Tensor> random_tensor(const Tensor& wanted, uint64_t seed) {
  TENON_TRY_ASSIGN(Tensor tensor, blank_tensor(wanted));
  const Parts parts = parts_of(tensor);
  Random random(seed);
  for (size_t i = 0; i < parts.count; ++i) {
    const double fraction = random.fraction();
    const double whole = parts.dtype == DType::boolean ? 2 : 4;
    store(tensor, parts.dtype, i, is_float(parts.dtype) ? fraction : std::floor(fraction * whole));
  }
  return tensor;
}

}  // namespace tenon::cli
