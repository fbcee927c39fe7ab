// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/peaks.h"
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/cpu/packing/matrix.h"

#include <fmt/format.h>

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <thread>

// Products with packed weights as shares of what the processor can do, for each type of weights.
// Slices of the product and of the limit alternate; a figure is the ratio of 10th percentiles.
// Weights of one row of x are more than caches hold. usage: kernels [TYPE...]
namespace tenon::cpu {
namespace {

constexpr int64_t columns = 4096;
constexpr int64_t file_bytes = int64_t{192} << 20;
constexpr int slices = 60;

double seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// What the level in use has, as the host's table of the processor would tell it.
std::string_view features() {
  switch (level()) {
    case Level::avx512:
      return "avx2 fma avx512f avx512bw avx512vnni avx512bf16";
    case Level::avx2:
      return "avx2 fma";
    default:
      return "";
  }
}

void read(const std::byte* from, int64_t bytes) {
  static_cast<void>(cli::bench::read_all({from, static_cast<size_t>(bytes)}, features()));
}

// The peak of that name, or of f32 where the level has no instruction for it.
cli::bench::Peak peak_named(std::string_view name) {
  const std::vector<cli::bench::Peak> all = cli::bench::peaks(features());
  const auto found = std::ranges::find(all, name, &cli::bench::Peak::name);
  return found == all.end() ? all.front() : *found;
}

struct Free {
  void operator()(std::byte* bytes) const { std::free(bytes); }
};
using Memory = std::unique_ptr<std::byte, Free>;

// As packed weights lie, or reading would be slower than the product.
Memory huge_memory() {
  constexpr size_t page = size_t{2} << 20;
  void* const memory = std::aligned_alloc(page, static_cast<size_t>(file_bytes));
  madvise(memory, static_cast<size_t>(file_bytes), MADV_HUGEPAGE);
  return Memory(static_cast<std::byte*>(memory));
}

double tenth(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 10];
}

// Threads that spin between slices.
class Team {
 public:
  explicit Team(int size) : size_(size) {
    for (int i = 1; i < size; ++i) {
      threads_.emplace_back([this, i] {
        for (int round = 1;; ++round) {
          while (round_.load() < round) std::this_thread::yield();
          if (stops_) return;
          work_(i);
          ++done_;
        }
      });
    }
  }
  ~Team() {
    stops_ = true;
    ++round_;
    for (std::thread& thread : threads_) thread.join();
  }
  double time(std::function<void(int)> work) {
    work_ = std::move(work);
    done_ = 0;
    const double begin = seconds();
    ++round_;
    work_(0);
    while (done_ < size_ - 1) {
    }
    return seconds() - begin;
  }
  int size() const { return size_; }

 private:
  int size_;
  std::vector<std::thread> threads_;
  std::function<void(int)> work_;
  std::atomic<int> round_ = 0, done_ = 0;
  std::atomic<bool> stops_ = false;
};

struct Type {
  std::string name;
  WeightSource source;
  int64_t row_bytes = 0;
  std::vector<std::vector<std::byte>> tables = {};
};

Type plain(const std::string& name, DType dtype) {
  Type type = {.name = name, .source = {}};
  type.row_bytes = columns * static_cast<int64_t>(element_bytes(dtype));
  type.source.tensors = {{dtype, {}, {}}};
  return type;
}

std::vector<Type> block_types() {
  std::vector<Type> types;
  for (const auto& entry :
       std::filesystem::directory_iterator(TENON_SOURCE_DIR "/plugins/formats")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Result<std::vector<QuantFormat>> formats = parse_quant_formats(text.str());
    if (!formats.ok()) continue;
    for (const QuantFormat& format : *formats) {
      if (format.is_packed() || !format.tables.empty()) continue;
      Type type = {.name = format.name, .source = {}};
      type.source.code = format.code;
      type.source.tensors = {{DType::u8, {}, {}}};
      type.row_bytes = columns / format.block * format.bytes;
      types.push_back(std::move(type));
    }
  }
  std::ranges::sort(types, {}, &Type::name);
  return types;
}

class Bench {
 public:
  explicit Bench(Type& type) : type_(type), memory_(huge_memory()) {
    const std::span bytes(memory_.get(), static_cast<size_t>(file_bytes));
    // Halves of such bytes are numbers of moderate size.
    uint32_t random = 1;
    for (size_t i = 0; i < bytes.size(); ++i) {
      random = random * 1664525 + 1013904223;
      bytes[i] = static_cast<std::byte>((random >> 24) & 0x3b);
    }
    WeightSource& source = type.source;
    source.rows = file_bytes / type.row_bytes / 512 * 512;
    source.columns = columns;
    const bool is_plain = source.code.empty();
    source.tensors[0].dims = {source.rows, is_plain ? columns : type.row_bytes};
    source.tensors[0].bytes = bytes;
  }

  Status run() {
    const double begin = seconds();
    TENON_TRY_ASSIGN(const PackedMatrix packed, PackedMatrix::pack(type_.source, false));
    const double pack_time = seconds() - begin;
    packed_ = &packed;
    x_.assign(512 * columns, 0.0f);
    for (size_t i = 0; i < x_.size(); ++i) x_[i] = static_cast<float>(i % 251) / 251 - 0.5f;
    const bool is_f32 = type_.source.tensors[0].dtype == DType::f32;
    const bool is_codes = packed.x_bytes() < columns * 2;
    const double one = decode(1, 1).share, two = decode(2, 1).share;
    const cli::bench::Peak peak = peak_named(is_codes ? "int8" : is_f32 ? "fp32" : "bf16");
    fmt::print("{:8} {:5.2f} {:6.2f} {:6.2f} {:7.2f} {:7.2f} {:9.2f}\n", type_.name,
               static_cast<double>(packed.groups() * packed.group_bytes()) /
                   static_cast<double>(type_.source.rows * type_.row_bytes),
               one, two, prefill(peak), four_rows(),
               static_cast<double>(type_.source.rows * type_.row_bytes) / pack_time * 1e-9);
    std::fflush(stdout);
    return {};
  }

 private:
  struct Rate {
    double share, time;
  };

  void pack_x(int64_t rows) {
    tiles_.resize(static_cast<size_t>(rows * packed_->x_bytes()));
    packed_->pack_x(x_.data(), columns, rows, tiles_.data());
  }
  void multiply(int64_t begin, int64_t end, int64_t rows) const {
    std::vector<float> y(static_cast<size_t>(rows * packed_->group_rows()));
    for (int64_t group = begin; group < end; ++group) {
      packed_->multiply(group, tiles_.data(), rows, y.data());
    }
  }

  // Time of a slice, and bytes of the file that it takes per second over those that are only read.
  Rate decode(int threads, int64_t rows) {
    pack_x(rows);
    Team team(threads);
    const int64_t group_rows = packed_->group_rows();
    const int64_t share = packed_->groups() / 16 / threads;  // of a thread in a slice
    const int64_t bytes = share * group_rows * type_.row_bytes / 512 * 512;
    std::vector<double> products, reads;
    for (int i = 0; i < slices; ++i) {
      const int64_t first = i % 16 * share * threads;
      products.push_back(
          team.time([&](int t) { multiply(first + t * share, first + (t + 1) * share, rows); }));
      const std::byte* const from =
          memory_.get() + (i + 8) % 16 * share * threads * group_rows * type_.row_bytes;
      reads.push_back(team.time([&](int t) { read(from + t * bytes, bytes); }));
    }
    return {tenth(reads) / tenth(products), tenth(products)};
  }

  double prefill(const cli::bench::Peak& peak) {
    constexpr int64_t rounds = 200000;
    pack_x(512);
    std::vector<double> products, limits;
    const int64_t groups = 64 / packed_->group_rows();
    for (int i = 0; i < slices; ++i) {
      double begin = seconds();
      multiply(i * groups, (i + 1) * groups, 512);
      products.push_back(seconds() - begin);
      begin = seconds();
      peak.rounds(rounds);
      limits.push_back(seconds() - begin);
    }
    return 2.0 * 64 * 512 * columns / tenth(products) / (peak.operations * rounds / tenth(limits));
  }

  double four_rows() {
    const double four = decode(1, 4).time;
    return four / decode(1, 1).time;
  }

  Type& type_;
  Memory memory_;
  const PackedMatrix* packed_ = nullptr;
  std::vector<float> x_;
  std::vector<uint8_t> tiles_;
};

int run(std::span<char*> names) {
  fmt::print("level {}; shares: rows of x over reading (1, 2 threads), 512 rows over the peak\n",
             to_text(level()));
  fmt::print("type    packed 1 thr  2 thr     512  4 rows   pack GB/s\n");
  std::vector<Type> types = block_types();
  types.push_back(plain("f16", DType::f16));
  types.push_back(plain("bf16", DType::bf16));
  types.push_back(plain("f32", DType::f32));
  for (Type& type : types) {
    const auto is_it = [&](const char* name) { return type.name == name; };
    if (!names.empty() && std::ranges::none_of(names, is_it)) continue;
    const Status status = Bench(type).run();
    if (!status.ok()) fmt::print("{}: {}\n", type.name, status.message());
  }
  return 0;
}

}  // namespace
}  // namespace tenon::cpu

int main(int argc, char** argv) {
  return tenon::cpu::run(std::span(argv, static_cast<size_t>(argc)).subspan(1));
}
