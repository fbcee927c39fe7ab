/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a model with one f32 input of zeros and prints the first output's first numbers. */
#include <tenon/tenon.h>

#include <stdio.h>
#include <stdlib.h>

static tenon_status keep(void* context, const tenon_host_tensor* tensor) {
  int64_t* dims = context;
  for (uint64_t i = 0; i < tensor->rank && i < 8; ++i) dims[i] = tensor->dims[i] < 0 ? 1 : tensor->dims[i];
  dims[8] = (int64_t)tensor->rank;
  return TENON_OK;
}

int main(int argc, char** argv) {
  tenon_engine* engine = NULL;
  tenon_model* model = NULL;
  tenon_session* session = NULL;
  tenon_result* result = NULL;
  tenon_host_tensor out = {.size = sizeof out};
  int64_t dims[9] = {0};
  tenon_tensor_sink sink = {dims, keep};
  if (argc < 2 || tenon_engine_create(NULL, 0, NULL, 0, &engine) ||
      tenon_model_load(engine, argv[1], NULL, 0, NULL, &model) || tenon_model_inputs(model, &sink) ||
      tenon_session_create(model, "auto", NULL, 0, NULL, &session)) {
    return fprintf(stderr, "%s\n", tenon_error_text()), 1;
  }
  uint64_t count = 1;
  for (int64_t i = 0; i < dims[8]; ++i) count *= (uint64_t)dims[i];
  float* zeros = calloc(count, sizeof *zeros);
  tenon_host_tensor in = {.size = sizeof in, .dtype = TENON_F32, .dims = dims, .rank = (uint64_t)dims[8],
                          .data = zeros, .bytes = 4 * count};
  if (tenon_session_run(session, &in, 1, NULL, &result) || tenon_result_tensor(result, 0, &out)) {
    return fprintf(stderr, "%s\n", tenon_error_text()), 1;
  }
  for (uint64_t i = 0; i < out.bytes / 4 && i < 10; ++i) printf("%g ", ((const float*)out.data)[i]);
  printf("\n");
  free(zeros), tenon_result_destroy(result), tenon_session_destroy(session);
  tenon_model_destroy(model), tenon_engine_destroy(engine);
}
