// SPDX-License-Identifier: Apache-2.0
#include "tenon/gguf.h"

#include <algorithm>

namespace tenon::gguf {
namespace {

constexpr TensorType types[] = {
    {0, "f32", 1, 4, DType::f32},          {1, "f16", 1, 2, DType::f16},
    {2, "q4_0", 32, 18, DType::none},      {3, "q4_1", 32, 20, DType::none},
    {6, "q5_0", 32, 22, DType::none},      {7, "q5_1", 32, 24, DType::none},
    {8, "q8_0", 32, 34, DType::none},      {9, "q8_1", 32, 36, DType::none},
    {10, "q2_K", 256, 84, DType::none},    {11, "q3_K", 256, 110, DType::none},
    {12, "q4_K", 256, 144, DType::none},   {13, "q5_K", 256, 176, DType::none},
    {14, "q6_K", 256, 210, DType::none},   {15, "q8_K", 256, 292, DType::none},
    {16, "iq2_xxs", 256, 66, DType::none}, {17, "iq2_xs", 256, 74, DType::none},
    {18, "iq3_xxs", 256, 98, DType::none}, {19, "iq1_s", 256, 50, DType::none},
    {20, "iq4_nl", 32, 18, DType::none},   {21, "iq3_s", 256, 110, DType::none},
    {22, "iq2_s", 256, 82, DType::none},   {23, "iq4_xs", 256, 136, DType::none},
    {24, "i8", 1, 1, DType::i8},           {25, "i16", 1, 2, DType::i16},
    {26, "i32", 1, 4, DType::i32},         {27, "i64", 1, 8, DType::i64},
    {28, "f64", 1, 8, DType::f64},         {29, "iq1_m", 256, 56, DType::none},
    {30, "bf16", 1, 2, DType::bf16},       {34, "tq1_0", 256, 54, DType::none},
    {35, "tq2_0", 256, 66, DType::none},   {39, "mxfp4", 32, 17, DType::none},
    {40, "nvfp4", 64, 36, DType::none},    {41, "q1_0", 128, 18, DType::none},
    {42, "q2_0", 64, 18, DType::none},
};

}  // namespace

const TensorType* tensor_type(uint32_t id) {
  const auto* found = std::ranges::lower_bound(types, id, {}, &TensorType::id);
  return found != std::end(types) && found->id == id ? found : nullptr;
}

const TensorType* tensor_type(std::string_view name) {
  const auto* found = std::ranges::find(types, name, &TensorType::name);
  return found != std::end(types) ? found : nullptr;
}

}  // namespace tenon::gguf
