// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/pipelines/image_classification/settings.h"
#include "tenon/abi/draft/host.h"
#include "tenon/dtype.h"

#include <string>

// From a picture to the tensor that a model wants. [any thread]
namespace tenon::image_classification {

// What a model's one picture input looks like. A free size is -1.
struct ModelInput {
  std::string name;
  DType dtype = DType::none;
  std::vector<int64_t> dims;  // as the model states them
  bool channels_last = false;
  int64_t batch = 1;  // 0: the input has no batch axis
  int64_t channels = -1, height = -1, width = -1;
};

// Reads the input's dims as [N, C, H, W], [N, H, W, C], [C, H, W] or [H, W, C]; the layout is the
// one whose channel axis has size 1 or 3 unless it is given.
Result<ModelInput> model_input(const tenon_host_tensor& input, Layout layout);

struct Prepared {
  std::vector<int64_t> dims;
  std::vector<std::byte> data;
};

// Colours, resize, crop, rescale, normalise, layout. A batch of more than one repeats the picture.
Result<Prepared> prepare(std::string_view name, Picture picture, const Settings& settings,
                         const ModelInput& input);

}  // namespace tenon::image_classification
