#include "capsule/core.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

#include "format/capsule.pb.h"
#include "format/strict.h"
#include "support/result.h"

namespace triclave::capsule {
namespace {

v1::Core good() {
  v1::Core out;
  out.set_suite(1);
  out.set_salt(std::string(32, 's'));
  out.set_producer(std::string(32, 'p'));
  out.set_owner(std::string(32, 'o'));
  out.set_dataset("cohort");
  for (const char* name : {"identifiers", "clinical"}) {
    out.add_compartments()->set_name(name);
    out.mutable_compartments()->rbegin()->set_check(std::string(32, 'c'));
  }
  return out;
}

Result<Core> parse_edited(const std::function<void(v1::Core&)>& edit) {
  v1::Core core = good();
  edit(core);
  return parse_core(format::serialize(core));
}

TEST(Core, IsReadAndWrittenUnchanged) {
  const Bytes bytes = format::serialize(good());
  const auto core = parse_core(bytes);
  ASSERT_OK(core);
  EXPECT_EQ(core->dataset, "cohort");
  EXPECT_EQ(core->salt[31], 's');
  EXPECT_EQ(core->producer[0], 'p');
  EXPECT_EQ(core->owner[0], 'o');
  ASSERT_EQ(core->compartments.size(), 2u);
  EXPECT_EQ(core->find("clinical"), &core->compartments[1]);
  EXPECT_EQ(core->find("genomic"), nullptr);
  EXPECT_EQ(serialize_core(*core), bytes);
}

TEST(Core, ANewerSuiteIsUnsupported) {  // CAP-01
  EXPECT_FAILS(parse_edited([](v1::Core& core) { core.set_suite(2); }), ErrorKind::unsupported);
  EXPECT_FAILS(parse_edited([](v1::Core& core) { core.set_suite(0); }), ErrorKind::malformed);
}

TEST(Core, FieldsHaveTheirSizes) {  // CAP-02
  for (const std::size_t size : {0u, 31u, 33u}) {
    const std::string wrong(size, 'x');
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.set_salt(wrong); }), ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.set_producer(wrong); }), ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.set_owner(wrong); }), ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.mutable_compartments(1)->set_check(wrong); }),
                 ErrorKind::malformed);
  }
}

TEST(Core, NamesAreNames) {  // CAP-02, ENC-03
  for (const std::string name : {"", "Cohort", "a b", "a/b", "caf\xc3\xa9"}) {
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.set_dataset(name); }), ErrorKind::malformed);
    EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.mutable_compartments(0)->set_name(name); }),
                 ErrorKind::malformed);
  }
  EXPECT_OK(parse_edited([&](v1::Core& core) { core.set_dataset(std::string(64, 'a')); }));
  EXPECT_FAILS(parse_edited([&](v1::Core& core) { core.set_dataset(std::string(65, 'a')); }), ErrorKind::malformed);
}

TEST(Core, NoCompartmentStandsTwice) {  // CAP-02
  EXPECT_FAILS(parse_edited([](v1::Core& core) { core.mutable_compartments(1)->set_name("identifiers"); }),
               ErrorKind::malformed);
}

TEST(Core, HasOneToSixtyFourCompartments) {  // LIM-01
  const auto with = [](int count) {
    return parse_edited([&](v1::Core& core) {
      core.clear_compartments();
      for (int i = 0; i < count; ++i) {
        core.add_compartments()->set_name(fmt::format("c{}", i));
        core.mutable_compartments(i)->set_check(std::string(32, 'c'));
      }
    });
  };
  EXPECT_FAILS(with(0), ErrorKind::malformed);
  EXPECT_OK(with(1));
  EXPECT_OK(with(64));
  EXPECT_FAILS(with(65), ErrorKind::malformed);
}

TEST(Core, HasAtMost16KiB) {  // LIM-01: refused for its size, whatever it holds
  const auto refused = parse_core(Bytes(16 * 1024 + 1));
  EXPECT_FAILS(refused, ErrorKind::malformed);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("larger"));
}

TEST(Core, IsReadStrictly) {  // PB-01, PB-05
  Bytes bytes = format::serialize(good());
  bytes.insert(bytes.end(), {0x08, 0x01});  // the suite again, behind the rest
  EXPECT_FAILS(parse_core(bytes), ErrorKind::malformed);
  bytes = format::serialize(good());
  bytes.insert(bytes.end(), {0x38, 0x01});  // field 7
  EXPECT_FAILS(parse_core(bytes), ErrorKind::malformed);
  EXPECT_FAILS(parse_core({}), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::capsule
