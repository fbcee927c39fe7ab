// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/elf_manifest.h"

#include "core/base/text.h"

#include "tenon/abi/draft/plugin.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>

namespace tenon {
namespace {

#if defined(__x86_64__)
constexpr uint16_t this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t this_machine = EM_AARCH64;
#endif

constexpr uint64_t most_segments = 512;
constexpr uint64_t most_sections = 65535;
constexpr uint64_t most_memory = uint64_t{1} << 40;
constexpr uint64_t most_manifest = uint64_t{1} << 20;

// A range [offset, offset + size) whose end does not overflow and is at most `end`.
bool fits(uint64_t offset, uint64_t size, uint64_t end) {
  return offset <= end && size <= end - offset;
}

class ElfFile {
 public:
  explicit ElfFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  Result<ElfFacts> read();

 private:
  // A record at an offset that was checked before.
  template <class T>
  T at(uint64_t offset) const {
    T record;
    std::memcpy(&record, bytes_.data() + offset, sizeof record);
    return record;
  }
  std::string_view text(uint64_t offset, uint64_t size) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + offset, size};
  }

  Status read_header();
  Status read_segments();
  Status check_load(const Elf64_Phdr& segment) const;
  Status check_sections() const;
  Status read_dynamic();
  Status check_addresses() const;
  Status read_names(ElfFacts& facts) const;
  Status read_notes(const Elf64_Phdr& segment, ElfFacts& facts) const;

  // Where in the file the bytes of an address range lie, if they do.
  std::optional<uint64_t> offset_of(uint64_t address, uint64_t size) const;
  // Value of the last entry of that tag; the loader takes the last too.
  std::optional<uint64_t> tag(int64_t name) const;
  Result<std::string> name_at(uint64_t index) const;

  std::span<const std::byte> bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Dyn> dynamic_;
};

Status ElfFile::read_header() {
  if (bytes_.size() < sizeof header_)
    return corrupt("{} bytes, too short to be a library", bytes_.size());
  header_ = at<Elf64_Ehdr>(0);
  if (std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0) return invalid("not an ELF file");
  if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB) {
    return unsupported("not a 64-bit little-endian library");
  }
  if (header_.e_machine != this_machine) {
    return unsupported("made for machine {}, this one is {}", header_.e_machine, this_machine);
  }
  if (header_.e_type != ET_DYN) return invalid("an ELF file, but no shared library");
  if (header_.e_ident[EI_VERSION] != EV_CURRENT || header_.e_version != EV_CURRENT ||
      header_.e_ehsize != sizeof(Elf64_Ehdr) || header_.e_phentsize != sizeof(Elf64_Phdr)) {
    return corrupt("ELF header of an unknown form");
  }
  return {};
}

Status ElfFile::check_load(const Elf64_Phdr& segment) const {
  if (segment.p_filesz > segment.p_memsz || !fits(segment.p_vaddr, segment.p_memsz, most_memory)) {
    return corrupt("segment of {} bytes at address {} in {} bytes of file", segment.p_memsz,
                   segment.p_vaddr, segment.p_filesz);
  }
  const uint64_t align = segment.p_align;
  if (align > 1 && (!std::has_single_bit(align) || align > (uint64_t{1} << 30) ||
                    (segment.p_vaddr - segment.p_offset) % align != 0)) {
    return corrupt("segment with alignment {}", align);
  }
  const auto before = std::ranges::find_if(segments_.rbegin(), segments_.rend(),
                                           [](const auto& s) { return s.p_type == PT_LOAD; });
  if (before != segments_.rend() && before->p_vaddr + before->p_memsz > segment.p_vaddr) {
    return corrupt("segments overlap at address {}", segment.p_vaddr);
  }
  return {};
}

Status ElfFile::read_segments() {
  const uint64_t count = header_.e_phnum;
  if (count == 0 || count > most_segments ||
      !fits(header_.e_phoff, count * sizeof(Elf64_Phdr), bytes_.size())) {
    return corrupt("{} program headers at byte {} of {}", count, header_.e_phoff, bytes_.size());
  }
  for (uint64_t i = 0; i < count; ++i) {
    const auto segment = at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr));
    if (!fits(segment.p_offset, segment.p_filesz, bytes_.size())) {
      return corrupt("segment {} ends at byte {}+{}, the file at {}; it is cut or damaged", i,
                     segment.p_offset, segment.p_filesz, bytes_.size());
    }
    if (segment.p_type == PT_LOAD) TENON_TRY(check_load(segment));
    if (segment.p_type == PT_INTERP) return invalid("a program, not a library");
    if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0) {
      return invalid("asks for an executable stack");
    }
    segments_.push_back(segment);
  }
  for (const Elf64_Phdr& segment : segments_) {
    const bool in_memory = segment.p_type == PT_TLS || segment.p_type == PT_GNU_RELRO;
    if (in_memory && segment.p_memsz > 0 && !offset_of(segment.p_vaddr, segment.p_filesz)) {
      return corrupt("segment at address {} is not loaded from the file", segment.p_vaddr);
    }
  }
  return {};
}

Status ElfFile::check_sections() const {
  const uint64_t count = header_.e_shnum;
  if (count == 0) return {};
  if (header_.e_shentsize != sizeof(Elf64_Shdr) || count > most_sections ||
      !fits(header_.e_shoff, count * sizeof(Elf64_Shdr), bytes_.size())) {
    return corrupt("{} section headers at byte {} of {}; the file is cut or damaged", count,
                   header_.e_shoff, bytes_.size());
  }
  for (uint64_t i = 0; i < count; ++i) {
    const auto section = at<Elf64_Shdr>(header_.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
        !fits(section.sh_offset, section.sh_size, bytes_.size())) {
      return corrupt("section {} ends at byte {}+{}, the file at {}", i, section.sh_offset,
                     section.sh_size, bytes_.size());
    }
  }
  return {};
}

std::optional<uint64_t> ElfFile::offset_of(uint64_t address, uint64_t size) const {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        fits(address - segment.p_vaddr, size, segment.p_filesz)) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> ElfFile::tag(int64_t name) const {
  const auto entry = std::ranges::find(dynamic_.rbegin(), dynamic_.rend(), name, &Elf64_Dyn::d_tag);
  return entry == dynamic_.rend() ? std::nullopt : std::optional<uint64_t>(entry->d_un.d_val);
}

Status ElfFile::read_dynamic() {
  const auto is_dynamic = [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; };
  const auto segment = std::ranges::find_if(segments_, is_dynamic);
  if (segment == segments_.end() || std::ranges::count_if(segments_, is_dynamic) != 1) {
    return corrupt("not one dynamic segment");
  }
  // The loader reads at the address, we read in the file: both must be the same bytes.
  if (offset_of(segment->p_vaddr, segment->p_filesz) != segment->p_offset) {
    return corrupt("dynamic segment is not loaded from where it lies");
  }
  const uint64_t count = segment->p_filesz / sizeof(Elf64_Dyn);
  for (uint64_t i = 0; i < count; ++i) {
    const auto entry = at<Elf64_Dyn>(segment->p_offset + i * sizeof(Elf64_Dyn));
    if (entry.d_tag == DT_NULL) return {};
    dynamic_.push_back(entry);
  }
  return corrupt("dynamic table has no end");
}

// Tables that the loader walks before any code runs.
Status ElfFile::check_addresses() const {
  struct Table {
    int64_t address, bytes;
  };
  for (const auto& [address, bytes] :
       {Table{DT_RELA, DT_RELASZ}, Table{DT_JMPREL, DT_PLTRELSZ},
        Table{DT_INIT_ARRAY, DT_INIT_ARRAYSZ}, Table{DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
        Table{DT_STRTAB, DT_STRSZ}, Table{DT_SYMTAB, 0}, Table{DT_GNU_HASH, 0}, Table{DT_HASH, 0},
        Table{DT_VERSYM, 0}, Table{DT_VERNEED, 0}, Table{DT_VERDEF, 0}, Table{DT_INIT, 0},
        Table{DT_FINI, 0}}) {
    const auto begin = tag(address);
    const uint64_t size = bytes == 0 ? 1 : tag(bytes).value_or(0);
    if (begin && !offset_of(*begin, size)) {
      return corrupt("dynamic entry {} points to address {}+{}, which is not in the file", address,
                     *begin, size);
    }
  }
  if (!tag(DT_STRTAB) || !tag(DT_SYMTAB) || (!tag(DT_GNU_HASH) && !tag(DT_HASH))) {
    return corrupt("dynamic table names no symbols");
  }
  return {};
}

Result<std::string> ElfFile::name_at(uint64_t index) const {
  const uint64_t size = tag(DT_STRSZ).value_or(0);
  const auto begin = offset_of(tag(DT_STRTAB).value_or(0), size);
  if (!begin || index >= size)
    return corrupt("name {} is beyond the {} bytes of names", index, size);
  const std::string_view names = text(*begin, size);
  const size_t end = names.find('\0', index);
  if (end == names.npos) return corrupt("name {} has no end", index);
  return std::string(names.substr(index, end - index));
}

Status ElfFile::read_names(ElfFacts& facts) const {
  for (const Elf64_Dyn& entry : dynamic_) {
    if (entry.d_tag == DT_NEEDED) {
      TENON_TRY_ASSIGN(std::string name, name_at(entry.d_un.d_val));
      if (name.empty() || name.find('/') != name.npos) {
        return invalid("needs the library {}, which is a path and not a name", in_quotes(name));
      }
      facts.needed.push_back(std::move(name));
    }
    if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
      TENON_TRY_ASSIGN(facts.runpath, name_at(entry.d_un.d_val));
      for (const std::string_view part : split(facts.runpath, ':')) {
        if (!part.starts_with("$ORIGIN") && !part.starts_with("${ORIGIN}")) {
          return invalid("searches libraries in {}; RUNPATH must be empty or begin with $ORIGIN",
                         in_quotes(part));
        }
      }
    }
    if (entry.d_tag == DT_AUXILIARY || entry.d_tag == DT_FILTER) {
      return invalid("is a filter for another library");
    }
  }
  return {};
}

Status ElfFile::read_notes(const Elf64_Phdr& segment, ElfFacts& facts) const {
  const uint64_t align = segment.p_align == 8 ? 8 : 4;
  const auto padded = [&](uint64_t size) { return (size + align - 1) / align * align; };
  constexpr std::string_view owner(TENON_NOTE_OWNER, sizeof(TENON_NOTE_OWNER));
  uint64_t position = segment.p_offset;
  const uint64_t end = segment.p_offset + segment.p_filesz;
  while (fits(position, sizeof(Elf64_Nhdr), end)) {
    const auto note = at<Elf64_Nhdr>(position);
    position += sizeof note;
    // Both sizes are 32 bits wide, so the sums cannot overflow.
    const uint64_t payload = position + padded(note.n_namesz);
    if (!fits(position, note.n_namesz, end) || !fits(payload, note.n_descsz, end)) {
      return corrupt("a note ends beyond its segment");
    }
    if (text(position, note.n_namesz) == owner && note.n_type == TENON_NOTE_MANIFEST) {
      if (!facts.manifest.empty()) return invalid("has two manifests");
      if (note.n_descsz == 0 || note.n_descsz > most_manifest) {
        return invalid("manifest of {} bytes", note.n_descsz);
      }
      facts.manifest = text(payload, note.n_descsz);
    }
    position = payload + padded(note.n_descsz);
  }
  return {};
}

Result<ElfFacts> ElfFile::read() {
  ElfFacts facts;
  TENON_TRY(read_header());
  TENON_TRY(read_segments());
  TENON_TRY(check_sections());
  TENON_TRY(read_dynamic());
  TENON_TRY(check_addresses());
  TENON_TRY(read_names(facts));
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_NOTE) TENON_TRY(read_notes(segment, facts));
  }
  if (facts.manifest.empty()) return unsupported("has no manifest; it is not a plugin");
  return facts;
}

}  // namespace

Result<ElfFacts> read_elf(std::span<const std::byte> file) { return ElfFile(file).read(); }

}  // namespace tenon
