// The paths and bundles of C2SP tlog-tiles, and the text of C2SP tlog-proof.
#include <gtest/gtest.h>

#include "custodian/log/proof_text.h"
#include "custodian/log/tile_path.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

using Kind = TilePath::Kind;

TEST(TilePath, AsTheStandardWritesThem) {
  // "index 1234067 will be encoded as x001/x234/067"
  EXPECT_EQ(format_tile_path({Kind::hashes, 0, 1234067, 256}), "tile/0/x001/x234/067");
  const std::vector<std::pair<const char*, TilePath>> all = {{"checkpoint", {}},
                                                             {"tile/0/000", {Kind::hashes, 0, 0, 256}},
                                                             {"tile/3/x001/x234/067", {Kind::hashes, 3, 1234067, 256}},
                                                             {"tile/1/x001/000.p/1", {Kind::hashes, 1, 1000, 1}},
                                                             {"tile/entries/273.p/112", {Kind::entries, 0, 273, 112}},
                                                             {"tile/7/000.p/9", {Kind::hashes, 7, 0, 9}}};
  for (const auto& [text, path] : all) {
    EXPECT_EQ(parse_tile_path(text), path) << text;
    EXPECT_EQ(format_tile_path(path), text);
  }
  for (const char* text : {"",
                           "checkpoint/",
                           "Checkpoint",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/00/000",
                           "tile/0/0",
                           "tile/0/0000",
                           "tile/0/x000/001",
                           "tile/0/001/002",
                           "tile/0/x001",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/",
                           "tile/0/000.p/1/2",
                           "tile/0/000/",
                           "tile/64/000",
                           "tile/8/000",
                           "tile/7/001",
                           "tile/-1/000",
                           "tile/entries/..",
                           "tile/0/+01",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
                           "../checkpoint",
                           "tile/0/000 "})
    EXPECT_FAILS(parse_tile_path(text), ErrorKind::invalid_argument) << text;
}

// "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full
// level 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1."
TEST(TilePath, TheStandardsExampleOf70000) {
  std::vector<std::string> hashes;
  std::size_t bundles = 0;
  TileWalk walk(70000);
  TilePath path;
  while (walk.next(path)) {
    if (path.kind == Kind::entries) ++bundles;
    if (path.kind == Kind::hashes) hashes.push_back(format_tile_path(path));
  }
  EXPECT_EQ(bundles, 274u);
  ASSERT_EQ(hashes.size(), 277u);
  EXPECT_EQ(hashes[272], "tile/0/272");
  EXPECT_EQ(std::vector<std::string>(hashes.begin() + 273, hashes.end()),
            (std::vector<std::string>{"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}));
}

TEST(TilePath, AFullTileHasAPartialOneAbove) {
  TileWalk walk(256);
  std::vector<std::string> all;
  TilePath path;
  while (walk.next(path)) all.push_back(format_tile_path(path));
  EXPECT_EQ(all, (std::vector<std::string>{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}));
  TileWalk empty(0);
  EXPECT_FALSE(empty.next(path));
}

TEST(Bundle, HoldsExactlyItsEntries) {
  Bytes bytes;
  put_bundled(bytes, as_bytes("one"));
  put_bundled(bytes, as_bytes("three"));
  const auto entries = parse_bundle(bytes, 2);
  ASSERT_OK(entries);
  EXPECT_EQ(as_text(entries->at(1)), "three");
  EXPECT_FAILS(parse_bundle(bytes, 1), ErrorKind::malformed);
  EXPECT_FAILS(parse_bundle(bytes, 3), ErrorKind::malformed);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    EXPECT_FAILS(parse_bundle(ByteView(bytes).first(i), 2), ErrorKind::malformed);
  bytes.push_back(0);
  EXPECT_FAILS(parse_bundle(bytes, 2), ErrorKind::malformed);
}

// The example of C2SP tlog-proof, which abbreviates its signatures.
constexpr const char* kProof =
    "c2sp.org/tlog-proof@v1\n"
    "index 73894\n"
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
    "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
    "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
    "\n"
    "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n(signatures)\n";

TEST(ProofText, PublishedExample) {
  const auto proof = parse_proof(kProof);
  ASSERT_OK(proof);
  EXPECT_EQ(proof->index, 73894u);
  EXPECT_EQ(proof->path.size(), 5u);
  EXPECT_EQ(proof->checkpoint.substr(0, 20), "example.com/fancylog");
  EXPECT_EQ(format_proof(*proof), kProof);
  ProofText with_extra = *proof;
  with_extra.extra = {1, 2, 3};
  const std::string text = format_proof(with_extra);
  EXPECT_EQ(text.substr(0, 45), "c2sp.org/tlog-proof@v1\nextra AQID\nindex 73894");
  EXPECT_EQ(parse_proof(text)->extra, with_extra.extra);
}

TEST(ProofText, NotAProof) {
  const std::string good = kProof;
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = good;
    return out.replace(out.find(from), from.size(), to);
  };
  std::string long_path;
  for (int i = 0; i < 64; ++i) long_path += "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
  for (const std::string& text :
       {std::string(), with("@v1", "@v2"), with("index 73894", "index 073894"), with("index 73894\n", ""),
        with("index 73894", "index 18446744073709551616"), with("index", "extra !\nindex"),
        with("index", "extra \nindex"), with("gSKy", "gSK"), with("gSKy", "!SKy"), good.substr(0, 80),
        with("gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n", long_path)})
    EXPECT_FAILS(parse_proof(text), ErrorKind::malformed) << text;
}

}  // namespace
}  // namespace triclave::custodian
