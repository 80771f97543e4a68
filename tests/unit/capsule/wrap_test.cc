#include "capsule/wrap.h"

#include <fmt/format.h>

#include "format/strict.h"
#include "session.h"

namespace triclave::capsule {
namespace {

std::string id_text(char first) { return std::string(1, first) + std::string(31, '\0'); }

// Each rule is broken in a wrap that is otherwise as it was made.
class WrapTest : public Session {
 protected:
  Result<Wrap> parse_edited(const std::function<void(v1::Wrap&)>& edit) const {
    v1::Wrap wrap = testing::wrap_of(fresh.record);
    edit(wrap);
    return parse_wrap(format::serialize(wrap));
  }
};

TEST_F(WrapTest, IsReadAndWrittenUnchanged) {
  const Bytes bytes = format::serialize(testing::wrap_of(fresh.record));
  const auto wrap = parse_wrap(bytes);
  ASSERT_OK(wrap);
  EXPECT_EQ(wrap->capsule_id, fresh.id);
  EXPECT_EQ(wrap->generation, 0u);
  EXPECT_EQ(wrap->recipients.size(), 4u);
  EXPECT_NE(wrap->find(world.key_id("ovh")), nullptr);
  EXPECT_EQ(wrap->find(world.key_id("ovh-2")), nullptr);
  ASSERT_NE(wrap->find("identifiers"), nullptr);
  EXPECT_EQ(wrap->find("identifiers")->leaves.size(), 4u);
  EXPECT_EQ(wrap->find("clinical")->places[2].path, Bytes{3});
  EXPECT_EQ(wrap->find("identifiers")->places[3].path, (Bytes{2, 3}));
  EXPECT_EQ(wrap->find("genomic"), nullptr);
  EXPECT_EQ(serialize_wrap(*wrap), bytes);
}

TEST_F(WrapTest, AnotherKemIsUnsupported) {  // KEY-02
  for (const std::uint32_t kem : {0u, 0x11u, 0x20u, 0x1647Au})
    EXPECT_FAILS(parse_edited([&](v1::Wrap& wrap) { wrap.mutable_recipients(0)->set_kem(kem); }),
                 ErrorKind::unsupported);
}

TEST_F(WrapTest, AnEncapsulatedKeyHasItsSize) {  // KEY-02
  for (const std::size_t size : {0u, 1119u, 1121u})
    EXPECT_FAILS(parse_edited([&](v1::Wrap& wrap) { wrap.mutable_recipients(0)->set_enc(std::string(size, 'e')); }),
                 ErrorKind::malformed);
}

TEST_F(WrapTest, RecipientsAscendAndAreUnique) {  // CAP-06
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.mutable_recipients()->SwapElements(0, 1); }),
               ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { *wrap.mutable_recipients(1) = wrap.recipients(0); }),
               ErrorKind::malformed);
}

TEST_F(WrapTest, EachRecipientStandsAtALeafAndEachLeafAtARecipient) {  // CAP-06
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.mutable_recipients()->RemoveLast(); }), ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) {
                 *wrap.add_recipients() = wrap.recipients(3);
                 wrap.mutable_recipients(4)->set_key_id(std::string(32, '\xff'));
               }),
               ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.clear_recipients(); }), ErrorKind::malformed);
}

TEST_F(WrapTest, IdsHaveTheirSizes) {
  for (const std::size_t size : {0u, 31u, 33u}) {
    const std::string wrong(size, '\xff');
    EXPECT_FAILS(parse_edited([&](v1::Wrap& wrap) { wrap.set_capsule_id(wrong); }), ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Wrap& wrap) { wrap.mutable_recipients(3)->set_key_id(wrong); }),
                 ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Wrap& wrap) { wrap.add_former(wrong); }), ErrorKind::malformed);
  }
}

TEST_F(WrapTest, LeavesAreAsManyAsTheTreeHas) {  // CAP-07
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.mutable_compartments(0)->mutable_leaves()->RemoveLast(); }),
               ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) {
                 *wrap.mutable_compartments(0)->add_leaves() = wrap.compartments(0).leaves(0);
               }),
               ErrorKind::malformed);
}

TEST_F(WrapTest, MaskedSharesAndCommitmentsHaveTheirSizes) {  // CAP-07
  for (const std::size_t size : {0u, 31u, 33u}) {
    const std::string wrong(size, 'x');
    EXPECT_FAILS(
        parse_edited([&](v1::Wrap& wrap) { wrap.mutable_compartments(0)->mutable_leaves(1)->set_masked_share(wrong); }),
        ErrorKind::malformed);
    EXPECT_FAILS(
        parse_edited([&](v1::Wrap& wrap) { wrap.mutable_compartments(0)->mutable_leaves(1)->set_commitment(wrong); }),
        ErrorKind::malformed);
  }
}

TEST_F(WrapTest, NoCompartmentStandsTwice) {  // CAP-07
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.mutable_compartments(1)->set_name("identifiers"); }),
               ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.mutable_compartments(1)->set_name("Clinical"); }),
               ErrorKind::malformed);
  EXPECT_FAILS(parse_edited([](v1::Wrap& wrap) { wrap.clear_compartments(); }), ErrorKind::malformed);
}

TEST_F(WrapTest, FormerKeysAscendAreUniqueAndGone) {  // CAP-09
  const auto with = [&](const std::vector<std::string>& former) {
    return parse_edited([&](v1::Wrap& wrap) {
      for (const std::string& each : former) wrap.add_former(each);
    });
  };
  EXPECT_OK(with({id_text('a'), id_text('b')}));
  EXPECT_FAILS(with({id_text('b'), id_text('a')}), ErrorKind::malformed);
  EXPECT_FAILS(with({id_text('a'), id_text('a')}), ErrorKind::malformed);
  const Id ovh = world.key_id("ovh");
  EXPECT_FAILS(with({std::string(ovh.begin(), ovh.end())}), ErrorKind::malformed);
}

TEST_F(WrapTest, CountsAreLimited) {  // LIM-01
  const auto with_former = [&](unsigned count) {
    return parse_edited([&](v1::Wrap& wrap) {
      for (unsigned i = 0; i < count; ++i) {
        std::string id(32, '\0');
        id[0] = static_cast<char>(i >> 8);
        id[1] = static_cast<char>(i);
        wrap.add_former(id);
      }
    });
  };
  EXPECT_OK(with_former(1024));
  EXPECT_FAILS(with_former(1025), ErrorKind::malformed);
  const auto with_recipients = parse_edited([](v1::Wrap& wrap) {
    while (wrap.recipients_size() < 257) *wrap.add_recipients() = wrap.recipients(0);
  });
  EXPECT_FAILS(with_recipients, ErrorKind::malformed);
  EXPECT_THAT(with_recipients.error().message, ::testing::HasSubstr("too many"));
  const auto with_compartments = parse_edited([](v1::Wrap& wrap) {
    while (wrap.compartments_size() < 65) {
      *wrap.add_compartments() = wrap.compartments(0);
      wrap.mutable_compartments()->rbegin()->set_name(fmt::format("c{}", wrap.compartments_size()));
    }
  });
  EXPECT_FAILS(with_compartments, ErrorKind::malformed);
  EXPECT_THAT(with_compartments.error().message, ::testing::HasSubstr("too many"));
  const auto too_large = parse_wrap(Bytes(2 * 1024 * 1024 + 1));
  EXPECT_FAILS(too_large, ErrorKind::malformed);
  EXPECT_THAT(too_large.error().message, ::testing::HasSubstr("larger"));
}

// Trees that no reader may accept, in the place where a capsule carries them (POL-01, POL-02, LIM-01).
TEST_F(WrapTest, TreesKeepTheirLimits) {
  const auto with_tree = [&](const std::function<void(v1::PolicyNode&)>& edit) {
    return parse_edited([&](v1::Wrap& wrap) {
      testing::edit_policy(wrap, 1, [&](v1::CompartmentPolicy& edited) { edit(*edited.mutable_tree()); });
    });
  };
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) { tree.mutable_threshold()->set_k(0); }), ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) { tree.mutable_threshold()->set_k(4); }), ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) { tree.mutable_threshold()->clear_children(); }),
               ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) {
                 *tree.mutable_threshold()->mutable_children(1) = tree.threshold().children(0);
               }),
               ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) {
                 tree.mutable_threshold()->mutable_children(1)->mutable_leaf()->set_operator_("outscale");
               }),
               ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) { tree.Clear(); }), ErrorKind::malformed);
  const auto sunk = [&](int levels) {
    return with_tree([&](v1::PolicyNode& tree) {
      for (int i = 0; i < levels; ++i) {
        v1::PolicyNode above;
        above.mutable_threshold()->set_k(1);
        *above.mutable_threshold()->add_children() = tree;
        tree = above;
      }
    });
  };
  EXPECT_OK(sunk(6));
  EXPECT_FAILS(sunk(7), ErrorKind::malformed);
  EXPECT_FAILS(sunk(100), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::capsule
