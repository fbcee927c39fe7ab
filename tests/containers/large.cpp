// SPDX-License-Identifier: Apache-2.0
#include "sdk/loading/gguf_writer.h"
#include "tests/containers/cases.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>

namespace tenon::containers {
namespace {

namespace fs = std::filesystem;
using testing::raw;
using testing::raw_text;

constexpr int64_t width = 4096, inner = 11008, vocabulary = 32000, layers = 32, heads = 32;
constexpr double most_seconds = 1;
constexpr uint64_t most_resident = uint64_t{64} << 20;

// Header of a llama of 7 billion weights in q4_K and q6_K, and how long its data are.
struct Sketch {
  std::string header;
  uint64_t data = 0;
};

Sketch seven_billion() {
  std::string tensors, tokens;
  uint64_t count = 0, data = 0;
  const auto add = [&](const std::string& name, const char* type_name, std::vector<int64_t> dims) {
    const gguf::TensorType* type = gguf::tensor_type(type_name);
    tensors += raw_text(name) + raw(static_cast<uint32_t>(dims.size()));
    int64_t elements = 1;
    for (const int64_t dim : dims) {
      tensors += raw(dim);
      elements *= dim;
    }
    tensors += raw(type->id) + raw(data);
    data += static_cast<uint64_t>(elements / type->block) * type->bytes;
    ++count;
  };
  add("token_embd.weight", "q4_K", {width, vocabulary});
  add("output_norm.weight", "f32", {width});
  add("output.weight", "q6_K", {width, vocabulary});
  for (int64_t layer = 0; layer < layers; ++layer) {
    const std::string block = fmt::format("blk.{}.", layer);
    add(block + "attn_norm.weight", "f32", {width});
    for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output"}) {
      add(block + name + ".weight", "q4_K", {width, width});
    }
    add(block + "ffn_norm.weight", "f32", {width});
    add(block + "ffn_gate.weight", "q4_K", {width, inner});
    add(block + "ffn_up.weight", "q4_K", {width, inner});
    add(block + "ffn_down.weight", "q6_K", {inner, width});
  }
  for (int64_t i = 0; i < vocabulary; ++i) tokens += raw_text(fmt::format("token{}", i));
  testing::GgufWriter writer;
  writer.add_text("general.architecture", "llama");
  const auto setting = [&](const char* name, int64_t value) {
    writer.add_u32(fmt::format("llama.{}", name), static_cast<uint32_t>(value));
  };
  setting("context_length", 4096);
  setting("embedding_length", width);
  setting("block_count", layers);
  setting("feed_forward_length", inner);
  setting("attention.head_count", heads);
  setting("attention.head_count_kv", heads);
  setting("rope.dimension_count", width / heads);
  writer.add("llama.attention.layer_norm_rms_epsilon", gguf::ValueType::f32, raw(1e-5f));
  writer.add_array("tokenizer.ggml.tokens", gguf::ValueType::string, vocabulary, tokens);
  // The writer counts no tensors of its own; the field lies behind mark and version.
  std::string header = writer.unpadded();
  header.replace(8, sizeof count, raw(count));
  header += tensors;
  header.resize((header.size() + 31) / 32 * 32, '\0');
  return {header, data};
}

bool write_sparse(const fs::path& path, const Sketch& sketch) {
  std::ofstream(path, std::ios::binary) << sketch.header;
  std::error_code error;
  fs::resize_file(path, sketch.header.size() + sketch.data, error);
  if (error) fmt::print("{}: {}\n", path.string(), error.message());
  return !error;
}

// Bytes of this process in memory now.
uint64_t resident() {
  std::ifstream stream("/proc/self/statm");
  uint64_t pages = 0;
  stream >> pages >> pages;
  return pages * 4096;
}

}  // namespace

bool check_large(const Engine& engine, const fs::path& file) {
  if (!write_sparse(file, seven_billion())) return false;
  const uint64_t before = resident();
  const auto start = std::chrono::steady_clock::now();
  const Model model = engine.load(file.string(), {{"incomplete", "allow"}});
  const std::string facts = model.describe("inspect");
  const std::string tensors = model.describe("tensors");
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const uint64_t more = resident() - std::min(before, resident());
  fmt::print("{} bytes: inspected in {:.3f} s, {} kB resident more than before\n",
             fs::file_size(file), seconds, more / 1024);
  return seconds < most_seconds && more < most_resident && !facts.empty() && !tensors.empty();
}

}  // namespace tenon::containers
