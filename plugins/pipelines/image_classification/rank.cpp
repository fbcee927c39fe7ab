// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/rank.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenon::image_classification {

Result<std::vector<double>> scores_of(const tenon_host_tensor& output) {
  const auto dtype = static_cast<DType>(output.dtype);
  const std::string_view name = to_view(output.name);
  if (!is_float(dtype) && !is_integer(dtype)) {
    return unsupported("output \"{}\": {}, expected one number for each class", name,
                       name_of(dtype));
  }
  const size_t elements = output.bytes / element_bytes(dtype);
  const int64_t batch = output.rank >= 2 ? output.dims[0] : 1;
  if (output.data == nullptr || batch <= 0 || elements == 0) {
    return unsupported("output \"{}\": empty, expected one number for each class", name);
  }
  std::vector<double> scores(elements / static_cast<size_t>(batch));
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    scores[i] = is_float(dtype) ? load_float(output.data, dtype, at)
                                : static_cast<double>(load_integer(output.data, dtype, at));
  }
  return scores;
}

std::vector<double> distribution(std::vector<double> scores) {
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  const bool positive = std::ranges::all_of(scores, [](double score) { return score >= 0; });
  if (positive && std::abs(sum - 1) < 0.01) return scores;
  const double peak = std::ranges::max(scores);
  double total = 0;
  for (double& score : scores) total += score = std::exp(score - peak);
  for (double& score : scores) score /= total;
  return scores;
}

std::vector<Class> highest(const std::vector<double>& scores, int64_t count) {
  std::vector<Class> classes;
  for (size_t i = 0; i < scores.size(); ++i) {
    classes.push_back({static_cast<int64_t>(i), scores[i]});
  }
  const auto keep =
      std::min<size_t>(classes.size(), static_cast<size_t>(std::max<int64_t>(count, 0)));
  const auto key = [](const Class& c) { return std::isnan(c.score) ? -INFINITY : c.score; };
  std::partial_sort(classes.begin(), classes.begin() + static_cast<ptrdiff_t>(keep), classes.end(),
                    [&](const Class& a, const Class& b) {
                      return key(a) != key(b) ? key(a) > key(b) : a.index < b.index;
                    });
  classes.resize(keep);
  return classes;
}

}  // namespace tenon::image_classification
