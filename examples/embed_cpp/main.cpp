// SPDX-License-Identifier: Apache-2.0
// Runs a model with inputs of zeros and prints each output's shape and first numbers.
#include <tenon/tenon.hpp>

#include <cstdio>

int main(int argc, char** argv) try {
  if (argc < 2) return std::fprintf(stderr, "usage: embed_cpp MODEL [DEVICES]\n"), 2;
  const tenon::Engine engine;
  const tenon::Model model = engine.load(argv[1]);
  tenon::Session session = model.session(argc > 2 ? argv[2] : "auto");

  std::vector<tenon::Tensor> inputs;
  for (const tenon::Tensor& input : model.inputs()) {
    std::vector<int64_t> dims = input.dims;
    size_t count = 1;
    for (int64_t& dim : dims) count *= static_cast<size_t>(dim = dim < 0 ? 1 : dim);
    inputs.push_back(tenon::Tensor::of_f32(dims, std::vector<float>(count)));
  }
  for (const tenon::Tensor& output : session.run(inputs)) {
    std::printf("%s [", output.name.c_str());
    for (const int64_t dim : output.dims) std::printf(" %lld", static_cast<long long>(dim));
    std::printf(" ]:");
    for (const float x : output.as<float>().first(std::min<size_t>(10, output.data.size() / 4))) {
      std::printf(" %g", x);
    }
    std::printf("\n");
  }
} catch (const tenon::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
