// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Attention of the queries of one key head over a tile of keys after the other, with the softmax
// carried along. All queries that share the head are rows of one product. What a row gets depends
// on its own query and its keys in their order only: not on the other rows, and not on tiles in
// which it sees no key. [any thread]
namespace tenon::cpu {

inline constexpr int64_t attend_tile = 64;     // keys; a tile begins at a multiple of them
inline constexpr int64_t attend_border = 512;  // sums of the keys between two borders are merged

// How the numbers of queries, keys and values are stored.
enum class AttendType : int32_t { f32, f16, bf16 };

// What was summed up for some rows: of all their keys, or of a part of them.
struct AttendSums {
  float* values;  // [rows][sums_width]
  float* peak;    // by row: the largest score; -infinity: no key was seen, nothing else counts
  float* total;   // [rows][lanes]: of shares
};

// Places of work for some rows; `places` of the table gives them. Aligned to 64 bytes.
struct AttendPlaces {
  int32_t* query;   // packed
  int32_t* keys;    // a packed tile
  int32_t* values;  // a packed tile
  int32_t* shares;  // of a tile, packed: what the softmax gives before it is divided
  float* scores;    // [rows][attend_tile]
  AttendSums sums;
};

struct AttendRows {
  int64_t rows = 0;     // at most those that the places are for
  int64_t size = 0;     // numbers of a query and of a key
  int64_t width = 0;    // numbers of a value
  bool halves = false;  // products of bf16
  AttendPlaces at = {};
};

// Keys [begin, begin + attend_tile) of a sequence, and who sees them.
struct AttendTile {
  const void* const* keys = nullptr;  // where each one's numbers are; zeros for those nobody sees
  const void* const* values = nullptr;
  const void* const* next_keys = nullptr;  // of the tile after it, to be fetched; or null
  const void* const* next_values = nullptr;
  AttendType key_type = AttendType::f32;
  AttendType value_type = AttendType::f32;
  int64_t begin = 0;
  const int32_t* first = nullptr;  // by row: sees keys [first, limit) of the sequence
  const int32_t* limit = nullptr;
};

struct Attention {
  bool has_halves;  // whether products of bf16 are faster than those of f32
  // Bytes of the places for so many rows; with a memory, sets them.
  int64_t (*places)(AttendRows& rows, void* memory);
  int64_t (*sums_places)(const AttendRows& rows, AttendSums& sums, void* memory);
  // Query `row`, times scale.
  void (*set_query)(const AttendRows& rows, int64_t row, const void* query, AttendType type,
                    float scale);
  // Clears the sums of all rows.
  void (*begin)(const AttendRows& rows, const AttendSums& sums);
  // The products of all rows and keys of the tile.
  void (*score)(const AttendRows& rows, const AttendTile& tile);
  // scores = limit * tanh(scores / limit)
  void (*cap)(const AttendRows& rows, float limit);
  // Adds the values to the sums by the scores. A score of -infinity hides a key as well.
  void (*absorb)(const AttendRows& rows, const AttendTile& tile);
  // Adds the sums of the keys that follow those of `into`.
  void (*merge)(const AttendRows& rows, const AttendSums& into, const AttendSums& part);
  // The result of a row: `width` numbers, zeros where it saw no key.
  void (*end)(const AttendRows& rows, const AttendSums& sums, int64_t row, void* result,
              AttendType type);
};

const Attention& attention();

}  // namespace tenon::cpu
