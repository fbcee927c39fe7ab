// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/pictures.h"

#include "apps/tenon/run/placement.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(PictureRequest, flags_become_the_keys_of_the_task) {
  Arguments arguments;
  arguments.set("resize", {"256"});
  arguments.set("crop", {"224x200"});
  arguments.set("mean", {"104,117,123"});
  arguments.set("scale", {"1"});
  arguments.set("channels", {"bgr"});
  arguments.set("invert", {});
  const auto request = picture_request(arguments);
  ASSERT_TRUE(request.ok()) << request.status().message();
  EXPECT_EQ(request->dump(),
            R"({"size":{"shortest_edge":256},"crop_size":{"height":200,"width":224},)"
            R"("image_mean":[104.0,117.0,123.0],"rescale_factor":1.0,"channels":"bgr",)"
            R"("invert":true})");
}

TEST(PictureRequest, sizes_and_numbers_are_checked) {
  for (const auto& [flag, value] :
       {std::pair{"resize", "big"}, {"crop", "3xx"}, {"mean", "1,,2"}, {"std", ""}}) {
    Arguments arguments;
    arguments.set(flag, {value});
    const auto request = picture_request(arguments);
    ASSERT_FALSE(request.ok()) << flag;
    EXPECT_TRUE(request.status().message().starts_with(fmt::format("--{}: ", flag)));
  }
}

TEST(Placement, one_line_tells_devices_control_and_copies) {
  const auto facts = parse_json(R"({"nodes": {"opencl:0": 37, "reference": 1},
      "host_control": {"nodes": 3}, "copies": {"count": 2, "bytes": 412}})");
  EXPECT_EQ(placement_line(*facts),
            "37 nodes on opencl:0, 1 node on reference, 3 host control, 2 copies, 412 bytes");
}

}  // namespace
}  // namespace tenon::cli
