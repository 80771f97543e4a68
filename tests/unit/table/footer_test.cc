// Footers: what is written is read, and what no table says is refused.
#include "table/footer.h"

#include "cipher/cobblestone.h"
#include "format/strict.h"
#include "format/table.pb.h"
#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::testing {
namespace {

using table::Footer;

constexpr std::uint64_t kBody = 10'000;
constexpr std::size_t kCompartments = 2;

class FooterTest : public ::testing::Test {
 protected:
  static Footer good() {
    Footer out{5, {}, {}, {{"source", "CHU"}}};
    out.own.push_back({1, field_of(texts("name", {})), Compression::zstd});
    out.own.push_back({4, field_of(with_dictionary(fixed<std::int8_t>("code", "c", {}), texts("", {}))), {}});
    out.row_groups.push_back({7, {{0, 72}, {72, 100}}});
    out.row_groups.push_back({table::kMaxRows, {{kBody - 72, 72}, {72, 100}}});
    return out;
  }
  static Result<Footer> parse(const Footer& footer) {
    return table::parse_footer(table::serialize_footer(footer), kBody, kCompartments);
  }
  static void refused(const std::function<void(Footer&)>& edit, ErrorKind kind = ErrorKind::malformed) {
    Footer footer = good();
    edit(footer);
    EXPECT_FAILS(parse(footer), kind);
  }
  static void refused_message(const std::function<void(v1::TableFooter&)>& edit,
                              ErrorKind kind = ErrorKind::malformed) {
    v1::TableFooter message;
    const Bytes bytes = table::serialize_footer(good());
    ASSERT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    edit(message);
    EXPECT_FAILS(table::parse_footer(format::serialize(message), kBody, kCompartments), kind);
  }
};

TEST_F(FooterTest, ComesBack) {
  const auto back = parse(good());
  ASSERT_OK(back);
  EXPECT_EQ(back->columns, 5u);
  ASSERT_EQ(back->own.size(), 2u);
  EXPECT_EQ(back->own[1].position, 4u);
  EXPECT_EQ(back->own[0].compression, Compression::zstd);
  EXPECT_EQ(back->own[1].compression, Compression::none);
  EXPECT_TRUE(table::same_field(back->own[1].field, good().own[1].field));
  ASSERT_EQ(back->row_groups.size(), 2u);
  EXPECT_EQ(back->row_groups[1].rows, table::kMaxRows);
  EXPECT_EQ(back->row_groups[1].chunks[0].offset, kBody - 72);
  EXPECT_EQ(back->row_groups[0].chunks[1].size, 100u);
  EXPECT_EQ(back->notes, good().notes);
  EXPECT_EQ(table::serialize_footer(*back), table::serialize_footer(good()));
}

TEST_F(FooterTest, Columns) {
  refused([](Footer& f) { f.columns = 0; });
  refused([](Footer& f) { f.columns = table::kMaxColumns + 1; });
  refused([](Footer& f) { f.columns = 4; });  // the last one's position is beyond
  refused([](Footer& f) { f.own[1].position = 1; });
  refused([](Footer& f) { f.own[1].position = 0; });
  refused([](Footer& f) { f.own[1].field.name = "name"; });
  refused([](Footer& f) { f.own[1].field.name = "a\nb"; });
  refused([](Footer& f) { f.own[1].field.format = "vu"; }, ErrorKind::unsupported);
  refused([](Footer& f) { f.own[1].field.format = "g"; });  // indices are integers
  refused([](Footer& f) {
    f.own.clear();
    for (auto& group : f.row_groups) group.chunks.clear();
  });
  refused([](Footer& f) { f.own[0].compression = static_cast<Compression>(2); }, ErrorKind::unsupported);
  refused_message([](v1::TableFooter& m) { m.mutable_own(0)->clear_field(); });
}

TEST_F(FooterTest, RowGroups) {
  refused([](Footer& f) { f.row_groups[0].rows = 0; });
  refused([](Footer& f) { f.row_groups[0].rows = table::kMaxRows + 1; });
  refused([](Footer& f) { f.row_groups[0].rows = ~std::uint64_t{0}; });
  refused([](Footer& f) { f.row_groups[0].chunks.pop_back(); });
  refused([](Footer& f) { f.row_groups[0].chunks.push_back({0, 72}); });
  refused_message([](v1::TableFooter& m) { m.mutable_row_groups(0)->mutable_chunks()->pop_back(); });
}

TEST_F(FooterTest, Places) {
  const auto place = [](std::uint64_t offset, std::uint64_t size) {
    return [=](Footer& f) { f.row_groups[0].chunks[0] = {offset, size}; };
  };
  refused(place(kBody - 71, 72));
  refused(place(kBody, 72));
  refused(place(~std::uint64_t{0}, 72));
  refused(place(~std::uint64_t{0} - 71, 72));
  refused(place(0, kBody + 1));
  refused(place(0, ~std::uint64_t{0}));
  refused(place(0, 0));
  refused(place(0, 71));
  EXPECT_FAILS(table::parse_footer(table::serialize_footer(good()), 0, kCompartments), ErrorKind::malformed);
  // A message that ends on a chunk's boundary.
  Footer long_one = good();
  long_one.row_groups[0].chunks[0] = {0, cipher::kPrefixSize + cipher::kSealedChunkSize};
  EXPECT_FAILS(table::parse_footer(table::serialize_footer(long_one), 1 << 20, kCompartments), ErrorKind::malformed);
}

TEST_F(FooterTest, NumbersOfStreams) {
  Footer footer{65536, {{0, field_of(nulls("n", 0)), {}}}, {}, {}};
  const auto with_groups = [&](std::size_t groups) {
    footer.row_groups.assign(groups, {1, {{0, 72}}});
    return kind_of(table::parse_footer(table::serialize_footer(footer), kBody, kCompartments));
  };
  EXPECT_EQ(with_groups(65535), "success");
  EXPECT_EQ(with_groups(65536), "malformed");  // 2 + 2^32
  footer.columns = 1;
  EXPECT_EQ(with_groups(table::kMaxRowGroups), "success");
  EXPECT_EQ(with_groups(table::kMaxRowGroups + 1), "malformed");
}

TEST_F(FooterTest, Notes) {
  refused([](Footer& f) { f.notes.assign(65, {"k", "v"}); });
  refused([](Footer& f) { f.notes = {{"k", std::string(table::kMaxPairPart + 1, 'v')}}; });
  Footer most = good();
  most.notes.assign(64, {"k", "v"});
  EXPECT_OK(parse(most));
  most.notes = {{std::string(table::kMaxPairPart, 'k'), ""}};
  EXPECT_OK(parse(most));
}

TEST_F(FooterTest, FitsWhatReadersTake) {
  EXPECT_TRUE(table::fits_footer(table::serialize_footer(good())));
  Footer footer = good();
  footer.notes.assign(400'000, {"k", "v"});  // 1,200,000 fields
  EXPECT_FALSE(table::fits_footer(table::serialize_footer(footer)));
  footer.notes = {{"", std::string(table::kMaxFooter, 'v')}};
  EXPECT_FALSE(table::fits_footer(table::serialize_footer(footer)));
  EXPECT_FAILS(parse(footer), ErrorKind::malformed);
}

TEST_F(FooterTest, EveryCutIsRefused) {
  const Bytes bytes = table::serialize_footer(good());
  std::size_t shorter = 0;  // without all of the notes or row groups it is another footer
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = table::parse_footer(ByteView(bytes).first(size), kBody, kCompartments);
    if (parsed) {
      ++shorter;
      EXPECT_EQ(table::serialize_footer(*parsed),
                Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    } else {
      EXPECT_EQ(kind_of(parsed), "malformed") << size;
    }
  }
  // Behind the columns and behind each row group, but not behind the first column: its row groups have two chunks, and
  // there are none yet.
  EXPECT_EQ(shorter, 4u);
}

}  // namespace
}  // namespace triclave::testing
