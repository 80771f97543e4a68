// bench_compare: what bench/compare.py measures of Triclave and of the raw cipher, in one program.
//
//   bench_compare JOB [name=value ...]    prepares the job; then each line on standard input is one round, answered by
//                                         one line of JSON a case and an empty line; ends with the input
#pragma once

#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common.h"
#include "triclave/table.h"

namespace triclave::bench {

inline constexpr std::size_t kKibibyte = 1024;
inline constexpr std::size_t kMebibyte = std::size_t{1} << 20;

inline long page_faults() {
  rusage now{};
  getrusage(RUSAGE_SELF, &now);
  return now.ru_minflt;
}

// The seconds of a case, piece by piece.
class Laps {
 public:
  // Ends a piece.
  void operator()() {
    const auto now = std::chrono::steady_clock::now();
    laps_.push_back(std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }
  void print() const {
    for (std::size_t i = 0; i < laps_.size(); ++i) std::printf("%s%.9f", i == 0 ? "" : ", ", laps_[i]);
  }

 private:
  std::vector<double> laps_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// A figure that is no time.
inline void print_value(const std::string& name, double value) {
  std::printf("{\"case\": \"%s\", \"value\": %.9g}\n", name.c_str(), value);
}

// `amount`: bytes or operations that `work` goes through. It may take a Laps and end pieces by it, the same ones in
// each round; the last piece ends with the work.
template <class Work>
void measure(const std::string& name, std::size_t amount, Work&& work) {
  const long before = page_faults();
  Laps laps;
  if constexpr (std::is_invocable_v<Work&, Laps&>)
    work(laps);
  else
    work();
  laps();
  std::printf("{\"case\": \"%s\", \"pieces\": [", name.c_str());
  laps.print();
  std::printf("], \"work\": %zu, \"faults\": %ld}\n", amount, page_faults() - before);
}

class Arguments {
 public:
  Arguments(int count, char** words) {
    for (int i = 0; i < count; ++i) {
      const std::string word = words[i];
      const std::size_t equals = word.find('=');
      values_[word.substr(0, equals)] = equals == std::string::npos ? "" : word.substr(equals + 1);
    }
  }
  std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    std::fprintf(stderr, "bench_compare: %s=... is missing\n", name.c_str());
    std::exit(2);
  }
  std::size_t number(const std::string& name) const {
    const std::string word = text(name);
    std::size_t out = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), out);
    if (read.ec == std::errc() && read.ptr == word.data() + word.size()) return out;
    std::fprintf(stderr, "bench_compare: %s is no number\n", name.c_str());
    std::exit(2);
  }

 private:
  std::map<std::string, std::string> values_;
};

// One round of a prepared job.
using Round = std::function<void()>;

Round bulk(const Arguments& arguments);        // size= total=: columns of one size, 1 and 2 threads
Round engine(const Arguments& arguments);      // size= total=: the same for whatever engine is forced, 1 thread
Round table(const Arguments& arguments);       // folder=: the table that compare.py wrote there
Round objects(const Arguments& arguments);     // count=: objects of 1 KiB
Round cells(const Arguments& arguments);       // count=: values of 16 bytes
Round file(const Arguments& arguments);        // input= output=: the raw cipher on a file
Round ranges(const Arguments& arguments);      // input= folder= count=: random reads of 4 KiB
Round memory(const Arguments& arguments);      // stream=seal|open|table bytes=
Round growth(const Arguments& arguments);      // bytes= columns=
Round recipients(const Arguments& arguments);  // count=

// What tells the library how many threads to use.
inline TableOptions with_threads(TableOptions options, unsigned threads) {
  options.threads = threads;
  return options;
}

}  // namespace triclave::bench
