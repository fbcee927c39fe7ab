// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/npy.h"

#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace tenon::files {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr size_t max_header = 10'000;
constexpr size_t max_rank = 32;

struct NumberType {
  std::string_view descr;
  DType dtype;
};
constexpr NumberType number_types[] = {
    {"|b1", DType::boolean}, {"|i1", DType::i8},   {"|u1", DType::u8},  {"<i2", DType::i16},
    {"<u2", DType::u16},     {"<i4", DType::i32},  {"<u4", DType::u32}, {"<i8", DType::i64},
    {"<u8", DType::u64},     {"<f2", DType::f16},  {"<f4", DType::f32}, {"<f8", DType::f64},
    {"<c8", DType::c64},     {"<c16", DType::c128}};

struct Header {
  DType dtype = DType::none;
  bool column_major = false;
  bool big_endian = false;
  std::vector<int64_t> dims;
};

// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } and nothing else.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Result<Header> read() {
    if (!take('{')) return bad("no {");
    while (!take('}')) {
      TENON_TRY_ASSIGN(const std::string_view key, quoted());
      if (!take(':')) return bad("no colon");
      TENON_TRY(member(key));
      if (!take(',') && peek() != '}') return bad("no comma");
    }
    skip_spaces();
    if (!text_.empty()) return bad("text behind the closing brace");
    if (!descr_ || !order_ || !shape_) return bad("a key is missing");
    return header_;
  }

 private:
  Status member(std::string_view key) {
    if (key == "descr" && !descr_) {
      descr_ = true;
      TENON_TRY_ASSIGN(const std::string_view descr, quoted());
      return number_type(descr);
    }
    if (key == "fortran_order" && !order_) {
      order_ = true;
      header_.column_major = word("True");
      return header_.column_major || word("False") ? Status() : bad("neither True nor False");
    }
    if (key == "shape" && !shape_) {
      shape_ = true;
      return tuple();
    }
    return corrupt("header: key \"{}\" is unknown or given twice", key.substr(0, 40));
  }

  Status number_type(std::string_view descr) {
    header_.big_endian = descr.starts_with('>');
    for (const NumberType& type : number_types) {
      const bool swapped = header_.big_endian && type.descr.starts_with('<') &&
                           type.descr.substr(1) == descr.substr(1);
      if (type.descr != descr && !swapped) continue;
      header_.dtype = type.dtype;
      return {};
    }
    return unsupported("header: element type \"{}\", expected numbers or booleans",
                       descr.substr(0, 40));
  }

  Status tuple() {
    if (!take('(')) return bad("no tuple");
    while (!take(')')) {
      skip_spaces();
      int64_t size = 0;
      const char* end = text_.data() + text_.size();
      const auto [next, error] = std::from_chars(text_.data(), end, size);
      if (error != std::errc() || size < 0) return bad("a size that is no whole number");
      text_.remove_prefix(static_cast<size_t>(next - text_.data()));
      if (!text_.empty() && text_.front() == 'L') text_.remove_prefix(1);
      header_.dims.push_back(size);
      if (header_.dims.size() > max_rank) return bad("more than 32 axes");
      if (!take(',') && peek() != ')') return bad("no comma between sizes");
    }
    return {};
  }

  Result<std::string_view> quoted() {
    skip_spaces();
    const char quote = text_.empty() ? '\0' : text_.front();
    if (quote != '\'' && quote != '"') return bad("no quoted text");
    const size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) return bad("a quote is not closed");
    const std::string_view inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside;
  }

  void skip_spaces() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) {
      text_.remove_prefix(1);
    }
  }
  char peek() {
    skip_spaces();
    return text_.empty() ? '\0' : text_.front();
  }
  bool take(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view expected) {
    skip_spaces();
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  static Status bad(std::string_view what) { return corrupt("header: {}", what); }

  std::string_view text_;
  Header header_;
  bool descr_ = false, order_ = false, shape_ = false;
};

struct Split {
  std::string_view header;
  std::span<const std::byte> data;
};

Result<Split> split(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(magic) || text.size() < 10) return corrupt("not a npy file");
  const auto major = static_cast<unsigned char>(text[6]);
  const auto minor = static_cast<unsigned char>(text[7]);
  if (major < 1 || major > 3 || minor != 0) {
    return unsupported("version {}.{}, expected 1.0, 2.0 or 3.0", major, minor);
  }
  const size_t width = major == 1 ? 2 : 4;
  if (text.size() < 8 + width) return corrupt("ends inside its header");
  size_t length = 0;
  for (size_t i = width; i-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(text[8 + i]);
  }
  const size_t begin = 8 + width;
  if (length > max_header || length > text.size() - begin) {
    return corrupt("a header of {} bytes, {} are there, at most {}", length, text.size() - begin,
                   max_header);
  }
  return Split{text.substr(begin, length), bytes.subspan(begin + length)};
}

// Row-major bytes from column-major ones.
std::vector<std::byte> turned(std::span<const std::byte> data, std::span<const int64_t> dims,
                              size_t element) {
  std::vector<std::byte> out(data.size());
  std::vector<int64_t> at(dims.size(), 0);
  for (size_t i = 0; i < data.size(); i += element) {
    size_t index = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      index = index * static_cast<size_t>(dims[axis]) + static_cast<size_t>(at[axis]);
    }
    std::memcpy(out.data() + index * element, data.data() + i, element);
    for (size_t axis = 0; axis < dims.size() && ++at[axis] == dims[axis]; ++axis) at[axis] = 0;
  }
  return out;
}

void swap_bytes(std::vector<std::byte>& data, size_t width) {
  for (size_t i = 0; i + width <= data.size(); i += width) {
    std::reverse(data.begin() + static_cast<ptrdiff_t>(i),
                 data.begin() + static_cast<ptrdiff_t>(i + width));
  }
}

// What an element type is called in the file; types that the format lacks are widened first.
Result<Tensor> representable(const Tensor& tensor, std::string_view& descr) {
  const auto find = [](DType dtype) {
    return std::ranges::find(number_types, dtype, &NumberType::dtype);
  };
  const auto dtype = static_cast<DType>(tensor.dtype);
  if (const auto* type = find(dtype); type != std::end(number_types)) {
    descr = type->descr;
    return tensor;
  }
  if (is_integer(dtype)) {
    const bool is_signed = dtype == DType::i4 || dtype == DType::i2;
    descr = is_signed ? "|i1" : "|u1";
    return tensor;
  }
  if (!is_float(dtype)) return unsupported("npy files hold no {}", name_of(dtype));
  descr = "<f4";
  Tensor wide{tensor.name, TENON_F32, tensor.dims, {}};
  const size_t count = tensor.data.size() / element_bytes(dtype);
  wide.data.resize(count * sizeof(float));
  for (size_t i = 0; i < count; ++i) {
    const auto at = static_cast<int64_t>(i);
    store_float(wide.data.data(), DType::f32, at, load_float(tensor.data.data(), dtype, at));
  }
  return wide;
}

}  // namespace

std::optional<uint64_t> bytes_of(std::span<const int64_t> dims, size_t element_bytes) {
  uint64_t total = element_bytes;
  bool empty = false;
  for (const int64_t size : dims) {
    if (size < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(total, static_cast<uint64_t>(size), &total)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : total;
}

Result<Tensor> read_npy(std::string_view name, std::span<const std::byte> bytes) {
  const auto parts = split(bytes);
  if (!parts.ok()) return parts.status().at(name);
  const auto header = HeaderReader(parts->header).read();
  if (!header.ok()) return header.status().at(name);
  const size_t element = element_bytes(header->dtype);
  const auto expected = bytes_of(header->dims, element);
  if (!expected || *expected != parts->data.size()) {
    return corrupt("{}: {} bytes of data, {}[{}] needs {}", name, parts->data.size(),
                   name_of(header->dtype), fmt::join(header->dims, ","),
                   expected ? fmt::format("{}", *expected) : "more than there can be");
  }
  Tensor tensor{{}, static_cast<uint32_t>(header->dtype), header->dims, {}};
  if (header->column_major && header->dims.size() > 1) {
    tensor.data = turned(parts->data, header->dims, element);
  } else {
    tensor.data.assign(parts->data.begin(), parts->data.end());
  }
  if (header->big_endian) {
    const bool complex = facts(header->dtype).kind == DTypeClass::complex;
    swap_bytes(tensor.data, complex ? element / 2 : element);
  }
  return tensor;
}

Result<std::vector<std::byte>> write_npy(const Tensor& tensor) {
  std::string_view descr;
  TENON_TRY_ASSIGN(const Tensor shown, representable(tensor, descr));
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                  fmt::join(shown.dims, ", "), shown.dims.size() == 1 ? "," : "");
  constexpr size_t prefix = 10;
  while ((prefix + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string text(magic);
  text += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
           static_cast<char>(header.size() >> 8)};
  text += header;
  std::vector<std::byte> bytes(text.size() + shown.data.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  if (!shown.data.empty()) {
    std::memcpy(bytes.data() + text.size(), shown.data.data(), shown.data.size());
  }
  return bytes;
}

}  // namespace tenon::files
