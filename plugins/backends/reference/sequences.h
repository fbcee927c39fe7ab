// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/reference.h"

// What kernels share that go through the tokens of each sequence and keep a state of fixed size for
// it, which the output holds already. [any thread]
namespace tenon::reference {

// Places of the inputs that say where sequences lie, and the sizes of the tokens' batch.
struct Sequences {
  size_t state = 0, start = 0, slot = 0;
  int64_t count = 0;
  int64_t tokens = 0;
  int64_t entries = 0;  // of the state; 0 without
  int64_t width = 0;    // numbers of an entry
};

// The tokens of one sequence, and others around it that belong to none and whose results are 0.
struct SequenceRange {
  int64_t from = 0, begin = 0, end = 0, to = 0;
  int64_t entry = -1;  // of the state; -1: none, which begins from 0
  bool holds(int64_t token) const { return token >= begin && token < end; }
};

// Checks the inputs that all of them have; dims are those of the state behind its first.
Result<Sequences> sequences_of(const KernelSizes& sizes, size_t state, size_t start, size_t slot,
                               int64_t tokens, std::initializer_list<int64_t> dims);
SequenceRange range_of(const KernelArguments& arguments, const Sequences& sequences, int64_t i);

// Numbers of an input or of the state as double, and the state's back.
void load(const KernelArguments& arguments, size_t input, int64_t begin, int64_t count, double* to);
double load_one(const KernelArguments& arguments, size_t input, int64_t i);
void load_state(const KernelArguments& arguments, int64_t begin, int64_t count, double* to);
// Rounds the numbers to what the state can hold.
void store_state(const KernelArguments& arguments, int64_t begin, int64_t count, double* numbers);
void store_result(const KernelArguments& arguments, int64_t i, double number);

}  // namespace tenon::reference
