// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/decode_run.h"

#include "tenon/gguf.h"

#include <gtest/gtest.h>

namespace tenon::formats {
namespace {

TEST(GgufTypes, each_of_blocks_has_its_format) {
  const std::string directories[] = {TENON_PLUGIN_DIRECTORY};
  const Formats formats = read_formats(directories);
  EXPECT_TRUE(formats.refused().empty());
  constexpr uint32_t beyond = 64;
  size_t found = 0;
  for (uint32_t id = 0; id < beyond; ++id) {
    const gguf::TensorType* type = gguf::tensor_type(id);
    if (type == nullptr || type->dtype != DType::none) continue;
    const auto entry = formats.get(type->name);
    ASSERT_TRUE(entry.ok()) << entry.status().message();
    EXPECT_EQ((*entry)->format.block, type->block) << type->name;
    EXPECT_EQ((*entry)->format.bytes, type->bytes) << type->name;
    ++found;
  }
  EXPECT_EQ(found, 27U);
}

}  // namespace
}  // namespace tenon::formats
