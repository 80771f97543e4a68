// Pipes and memory as sources and sinks.
#include "triclave/io.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/descriptor.h"
#include "support/result.h"
#include "triclave/secret_text.h"

namespace triclave {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
  }
  void close_in() { Descriptor gone(std::move(in)); }
  Descriptor out;
  Descriptor in;
};

TEST(DescriptorSource, ReadsForwardAndSaysItsSizeIsUnknown) {
  Pipe pipe;
  ASSERT_OK(write_fully(pipe.in.get(), as_bytes("abcdef"), "pipe"));
  pipe.close_in();
  const auto source = descriptor_source(pipe.out.get());
  EXPECT_FALSE(source->size().has_value());
  Bytes buffer(4);
  EXPECT_EQ(source->read_at(0, buffer).value(), 4u);
  EXPECT_EQ(as_text(buffer), "abcd");
  EXPECT_EQ(source->read_at(4, buffer).value(), 2u);
  EXPECT_EQ(source->read_at(6, buffer).value(), 0u);
}

TEST(DescriptorSource, RefusesEveryOtherOffset) {
  Pipe pipe;
  ASSERT_OK(write_fully(pipe.in.get(), as_bytes("abcdef"), "pipe"));
  const auto source = descriptor_source(pipe.out.get());
  Bytes buffer(2);
  EXPECT_FAILS(source->read_at(1, buffer), ErrorKind::invalid_argument);
  EXPECT_OK(source->read_at(0, buffer));
  EXPECT_FAILS(source->read_at(0, buffer), ErrorKind::invalid_argument);
  EXPECT_EQ(source->read_at(2, buffer).value(), 2u);
  EXPECT_EQ(as_text(buffer), "cd");
}

TEST(DescriptorSource, GathersWhatComesInPieces) {
  Pipe pipe;
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i)
      EXPECT_OK(write_fully(pipe.in.get(), Bytes(997, static_cast<std::uint8_t>(i)), "pipe"));
    pipe.close_in();
  });
  Bytes buffer(100'000);
  EXPECT_EQ(descriptor_source(pipe.out.get())->read_at(0, buffer).value(), 99'700u);
  writer.join();
  EXPECT_EQ(buffer[99'699], 99);
}

TEST(DescriptorSource, ABrokenDescriptorIsAnIoError) {
  Bytes buffer(1);
  EXPECT_FAILS(descriptor_source(-1)->read_at(0, buffer), ErrorKind::io);
  EXPECT_FAILS(descriptor_sink(-1)->write(buffer), ErrorKind::io);
}

TEST(DescriptorSink, WritesAtOnce) {
  Pipe pipe;
  const auto sink = descriptor_sink(pipe.in.get());
  ASSERT_OK(sink->write(as_bytes("abc")));
  Bytes buffer(3);
  EXPECT_EQ(read_fully(pipe.out.get(), buffer, "pipe").value(), 3u);
  EXPECT_EQ(as_text(buffer), "abc");
  EXPECT_OK(sink->finish());
}

TEST(MemorySource, ReadsWhatThereIs) {
  const Bytes bytes = {1, 2, 3, 4};
  const auto source = memory_source(bytes);
  EXPECT_EQ(source->size(), 4u);
  Bytes buffer(3);
  EXPECT_EQ(source->read_at(0, buffer).value(), 3u);
  EXPECT_EQ(source->read_at(3, buffer).value(), 1u);
  EXPECT_EQ(buffer[0], 4);
  EXPECT_EQ(source->read_at(4, buffer).value(), 0u);
  EXPECT_EQ(source->read_at(~std::uint64_t{0}, buffer).value(), 0u);
}

TEST(MemorySink, TakesItsBytesBackUnlessFinished) {
  Bytes out = {9};
  { EXPECT_OK(memory_sink(out)->write(as_bytes("abc"))); }
  EXPECT_EQ(out, Bytes{9});
  {
    const auto sink = memory_sink(out);
    EXPECT_OK(sink->write(as_bytes("abc")));
    EXPECT_OK(sink->finish());
  }
  EXPECT_EQ(out, (Bytes{9, 'a', 'b', 'c'}));
}

TEST(SecretText, IsTheFirstLineAndNoMore) {
  Pipe pipe;
  ASSERT_OK(write_fully(pipe.in.get(), as_bytes("first\nsecond\r\n\nlast"), "pipe"));
  pipe.close_in();
  EXPECT_EQ(SecretText::read_line(pipe.out.get(), "pipe")->view(), "first");
  EXPECT_EQ(SecretText::read_line(pipe.out.get(), "pipe")->view(), "second");
  EXPECT_FAILS(SecretText::read_line(pipe.out.get(), "pipe"), ErrorKind::invalid_argument);
  EXPECT_EQ(SecretText::read_line(pipe.out.get(), "pipe")->view(), "last");
  EXPECT_FAILS(SecretText::read_line(pipe.out.get(), "pipe"), ErrorKind::invalid_argument);
}

TEST(SecretText, HasALimit) {
  for (const auto& [size, good] : {std::pair<std::size_t, bool>{kMaxSecretText, true}, {kMaxSecretText + 1, false}}) {
    Pipe pipe;
    ASSERT_OK(write_fully(pipe.in.get(), Bytes(size, 'x'), "pipe"));
    pipe.close_in();
    const auto text = SecretText::read_line(pipe.out.get(), "pipe");
    EXPECT_EQ(testing::kind_of(text), good ? "success" : "invalid_argument");
    EXPECT_EQ(text ? text->view().size() : 0, good ? size : 0);
  }
}

TEST(SecretText, AMissingFileIsAnIoError) { EXPECT_FAILS(SecretText::read_file("/no/such/file"), ErrorKind::io); }

TEST(ReplacingSink, ReplacesAndUsesTheMemoryAgain) {
  Bytes out(100, 7);
  const auto* memory = out.data();
  for (const std::string_view text : {"first", "a longer second", "3"}) {
    auto sink = replacing_sink(out);
    ASSERT_OK(sink->write(as_bytes(text.substr(0, 1))));
    const MutableBytes room = sink->room(text.size() - 1);
    ASSERT_GE(room.size(), text.size() - 1);
    std::ranges::copy(text.substr(1), room.begin());
    ASSERT_OK(sink->advance(text.size() - 1));
    ASSERT_OK(sink->finish());
    sink.reset();
    EXPECT_EQ(as_text(out), text);
    EXPECT_EQ(out.data(), memory);
  }
  Bytes none;
  auto sink = replacing_sink(none);
  for (int i = 0; i < 1000; ++i) ASSERT_OK(sink->write(as_bytes("0123456789")));
  ASSERT_OK(sink->finish());
  EXPECT_EQ(none.size(), 10'000u);
}

TEST(ReplacingSink, IsEmptyAfterAnUnfinishedEnd) {
  Bytes out(100, 7);
  ASSERT_OK(replacing_sink(out)->write(as_bytes("half")));
  EXPECT_TRUE(out.empty());
}

TEST(Sink, WritesFromASource) {
  const Bytes bytes = [] {
    Bytes all(3 * 1024 * 1024 + 17);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i * 31 >> 7);
    return all;
  }();
  Bytes out;
  const auto sink = memory_sink(out);
  const auto source = memory_source(bytes);
  EXPECT_EQ(sink->write_from(*source, 5, 2 * 1024 * 1024).value_or(0), 2u * 1024 * 1024);
  EXPECT_EQ(sink->write_from(*source, 5 + 2 * 1024 * 1024, 1'000'000'000'000).value_or(0),
            bytes.size() - 5 - 2 * 1024 * 1024);
  EXPECT_EQ(sink->write_from(*source, bytes.size(), 10).value_or(9), 0u);
  ASSERT_OK(sink->finish());
  EXPECT_TRUE(std::equal(out.begin(), out.end(), bytes.begin() + 5, bytes.end()));
  EXPECT_FALSE(sink->writes_at_once());
  EXPECT_FAILS(sink->write_at(0, bytes), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave
