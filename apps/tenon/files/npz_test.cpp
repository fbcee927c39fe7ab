// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/npz.h"

#include "apps/tenon/files/file.h"
#include "apps/tenon/files/zip.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <random>

namespace tenon::files {
namespace {

std::vector<std::byte> bytes_from(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::vector<Tensor> two_tensors() {
  const std::array<float, 2> x = {1.5f, -2};
  const std::array<int64_t, 3> y = {7, 8, 9};
  std::vector<Tensor> tensors = {Tensor::of_f32({2}, x), Tensor::of<int64_t>({3, 1}, y, TENON_I64)};
  tensors[0].name = "x";
  tensors[1].name = "y";
  return tensors;
}

// What numpy.savez_compressed wrote for a = [1, 2] as int8: deflated, sizes in zip64 fields.
const std::vector<std::byte> deflated = from_hex(
    "504b03042d000000080000002100ce25f8a6ffffffffffffffff05001400612e6e707901001000820000000000"
    "000046000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e9369a8aea3a09e965f54529498"
    "179f5f94920a12774bcc294e058a17672416a402f91a463a9a3a0ab50a14002e462600504b01022d032d000000"
    "080000002100ce25f8a64600000082000000050000000000000000000000800100000000612e6e7079504b0506"
    "0000000001000100330000007d0000000000");

TEST(Npz, what_is_written_is_read_again) {
  const auto tensors = two_tensors();
  const auto archive = write_npz(tensors);
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  const auto again = read_npz("x.npz", *archive);
  ASSERT_TRUE(again.ok()) << again.status().message();
  ASSERT_EQ(again->size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*again)[i].name, tensors[i].name);
    EXPECT_EQ((*again)[i].dims, tensors[i].dims);
    EXPECT_EQ((*again)[i].data, tensors[i].data);
  }
}

TEST(Npz, deflated_archives_of_numpy_are_read) {
  const auto tensors = read_npz("a.npz", deflated);
  ASSERT_TRUE(tensors.ok()) << tensors.status().message();
  ASSERT_EQ(tensors->size(), 1u);
  EXPECT_EQ(tensors->front().name, "a");
  EXPECT_EQ(tensors->front().dtype, TENON_I8);
  EXPECT_EQ(tensors->front().data, bytes_from("\1\2"));
}

TEST(Npz, names_that_are_no_paths_are_made_so) {
  auto tensors = two_tensors();
  tensors[0].name = "../a/b";
  tensors[1].name = "";
  const auto again = read_npz("x.npz", *write_npz(tensors));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ((*again)[0].name, ".._a_b");
  EXPECT_EQ((*again)[1].name, "arr_1");
}

TEST(Npz, a_file_appears_complete_and_is_found_by_content) {
  const auto folder = std::filesystem::temp_directory_path() / "tenon_npz_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "pair.npz").string();
  ASSERT_TRUE(write_tensors(path, two_tensors()).ok());
  EXPECT_EQ(read_tensors(path)->size(), 2u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  const Status status = write_tensors((folder / "pair.npy").string(), two_tensors());
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("holds one tensor, there are 2"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(Zip, stored_and_empty_entries_are_read) {
  const std::array<ZipItem, 2> items = {ZipItem{"a", bytes_from("hello")}, ZipItem{"b/c", {}}};
  const auto archive = write_zip(items);
  ASSERT_TRUE(archive.ok());
  const auto entries = read_zip_directory(*archive);
  ASSERT_TRUE(entries.ok()) << entries.status().message();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(*read_zip_entry(*archive, (*entries)[0]), bytes_from("hello"));
  EXPECT_TRUE(read_zip_entry(*archive, (*entries)[1])->empty());
}

TEST(Zip, unsafe_and_repeated_names_are_refused) {
  for (const char* name : {"../a", "/a", "a//b", "a\\b", "a/./b", ""}) {
    const std::array<ZipItem, 1> items = {ZipItem{name, bytes_from("x")}};
    EXPECT_FALSE(read_zip_directory(*write_zip(items)).ok()) << name;
  }
  const std::array<ZipItem, 2> twice = {ZipItem{"a", bytes_from("x")}, ZipItem{"a", {}}};
  const auto entries = read_zip_directory(*write_zip(twice));
  ASSERT_FALSE(entries.ok());
  EXPECT_EQ(entries.status().message(), "\"a\" is there twice");
}

TEST(Zip, a_wrong_checksum_is_noticed) {
  const std::array<ZipItem, 1> items = {ZipItem{"a", bytes_from("hello")}};
  auto archive = *write_zip(items);
  archive[31] = std::byte{'j'};
  const auto entries = read_zip_directory(archive);
  ASSERT_TRUE(entries.ok()) << entries.status().message();
  EXPECT_EQ(read_zip_entry(archive, entries->front()).status().message(),
            "\"a\": the checksum does not match");
}

TEST(Zip, data_before_and_behind_are_refused) {
  const std::array<ZipItem, 1> items = {ZipItem{"a", bytes_from("hello")}};
  auto before = *write_zip(items);
  before.insert(before.begin(), std::byte{0});
  EXPECT_FALSE(read_zip_directory(before).ok());
  auto behind = *write_zip(items);
  behind.push_back(std::byte{0});
  EXPECT_FALSE(read_zip_directory(behind).ok());
}

TEST(Zip, every_truncation_and_many_corruptions_are_survived) {
  const auto whole = *write_npz(two_tensors());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_npz("cut", std::span(whole).first(size)).ok()) << size;
  }
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 2; ++i) bytes[random() % bytes.size()] = std::byte(random() % 256);
    static_cast<void>(read_npz("changed", bytes).ok());
  }
}

}  // namespace
}  // namespace tenon::files
