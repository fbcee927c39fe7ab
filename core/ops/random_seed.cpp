// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/op.h"

#include <random>

namespace tenon::ops {

Op random_seed() {
  return {
      .name = "RandomSeed",
      .domain = "tenon",
      .doc = "A number that is another one in every run.",
      .inputs = {},
      .outputs = {{"seed", "i64"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {});
        return {};
      },
      .host = [](HostContext& c) -> Status {
        std::random_device random;
        const auto high = static_cast<int64_t>(random()) << 31;
        TENON_TRY_ASSIGN(HostTensor seed,
                         scalar_tensor(DType::i64, high ^ static_cast<int64_t>(random())));
        c.output(0, std::move(seed));
        return {};
      },
  };
}

}  // namespace tenon::ops
