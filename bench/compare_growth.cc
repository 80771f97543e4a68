// What grows with size: memory of streams, time, headers, opening by many recipients.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <numeric>

#include "compare_columns.h"
#include "compare_driver.h"
#include "compare_scene.h"

namespace triclave::bench {
namespace {

// KiB, of a line of /proc/self/status.
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(name + ":", 0) == 0) return std::stod(line.substr(name.size() + 1));
  return 0;
}

// The most memory that `work` had beyond what was there before, MiB.
template <class Work>
double peak_mebibytes(Work&& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // forgets the peak until now
  const double before = status("VmRSS");
  work();
  return std::max(0.0, status("VmHWM") - before) / 1024;
}

void seal_stream(const Sealer& sealer, std::size_t bytes, ByteView piece, std::unique_ptr<Sink> to) {
  auto out = must(sealer.object(kCompartment, "", std::move(to)));
  for (std::size_t done = 0; done < bytes; done += piece.size())
    must(out->write(piece.first(std::min(piece.size(), bytes - done))));
  must(out->finish());
}

// A record batch whose columns all are `data`.
struct Wide {
  OwnedSchema schema;
  OwnedArray batch;
  Wide(std::size_t columns, ByteView data) {
    const auto names = number_columns(columns);
    schema = exported(names);
    batch = batch_of(names, std::vector<std::vector<Node>>(columns, numbers(data)));
  }
};

// A child seals into a pipe, and we open what comes out of it.
void open_stream(const Sealer& sealer, Opener& opener, std::size_t bytes, ByteView piece) {
  int ends[2];
  if (::pipe(ends) != 0) std::exit(1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    seal_stream(sealer, bytes, piece, descriptor_sink(ends[1]));
    std::_Exit(0);
  }
  ::close(ends[1]);
  DiscardingSink out;
  if (must(must(opener.object(descriptor_source(ends[0])))->copy_to(out)) != bytes) std::exit(1);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
}

}  // namespace

Round memory(const Arguments& arguments) {
  const std::string stream = arguments.text("stream");
  const std::size_t bytes = arguments.number("bytes");
  const auto scene = std::make_shared<Scene>();
  const auto opener = std::make_shared<Opener>(scene->opener());
  return [=] {
    const Bytes piece(kMebibyte, 7);
    if (stream == "seal")
      print_value("mebibytes", peak_mebibytes([&] {
                    seal_stream(scene->sealer(), bytes, piece, std::make_unique<DiscardingSink>());
                  }));
    else if (stream == "open")
      print_value("mebibytes", peak_mebibytes([&] { open_stream(scene->sealer(), *opener, bytes, piece); }));
    else {
      const Bytes data(std::min<std::size_t>(bytes / 16, 4 * kMebibyte), 7);  // row groups of at most 64 MiB
      const Wide wide(16, data);
      print_value("mebibytes", peak_mebibytes([&] {
                    auto writer = must(TableWriter::make(scene->sealer(), scene->policy(), *wide.schema, "",
                                                         std::make_unique<DiscardingSink>()));
                    for (std::size_t done = 0; done < bytes; done += data.size() * 16) must(writer.write(*wide.batch));
                    must(writer.finish());
                  }));
    }
  };
}

Round growth(const Arguments& arguments) {
  const std::size_t bytes = arguments.number("bytes"), columns = arguments.number("columns");
  const auto scene = std::make_shared<Scene>();
  return [=] {
    const Bytes piece(kMebibyte, 7);
    for (std::size_t size = kMebibyte; size <= bytes; size *= 4)
      // Small ones several times: one alone is over before the clock has said anything.
      for (std::size_t i = 0; i < std::max<std::size_t>(1, 64 * kMebibyte / size); ++i)
        measure("seal " + std::to_string(size), size,
                [&] { seal_stream(scene->sealer(), size, piece, std::make_unique<DiscardingSink>()); });
    const Bytes data(64);
    for (std::size_t many = 1; many <= columns; many = many < 1000 && many * 2 > 1000 ? 1000 : many * 2) {
      const Wide wide(many, data);
      Bytes sealed;
      auto writer = must(TableWriter::make(scene->sealer(), scene->policy(), *wide.schema, "", memory_sink(sealed)));
      must(writer.write(*wide.batch));
      must(writer.finish());
      print_value("columns " + std::to_string(many), static_cast<double>(sealed.size() - many * data.size()));
    }
  };
}

Round recipients(const Arguments& arguments) {
  const std::size_t most = arguments.number("count");
  return [=] {
    for (std::size_t many = 1; many <= most; many *= 2) {
      Scene scene(many);
      Opener opener = scene.locked_opener();
      measure("recipients " + std::to_string(many), many, [&] {
        must(opener.add_capsule(scene.sealer().capsule()));
        must(opener.unlock(scene.sealer().capsule_id()));
      });
    }
  };
}

}  // namespace triclave::bench
