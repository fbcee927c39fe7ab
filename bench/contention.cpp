// SPDX-License-Identifier: Apache-2.0
// What becomes of the engine beside another busy program, and what a run costs beside its kernels:
//
//   contention MODEL [DEVICE [NAME=SIZE ...]]
//
// Prints the time of a run of MODEL on two threads while another process keeps one core busy, by
// that on one thread without: slices of both alternate, 40 each; and the time of a run of a model
// of one layer through the C API, on threads.
#include "tenon/tenon.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace {

using namespace tenon;
using Clock = std::chrono::steady_clock;

constexpr int slices = 40;
constexpr std::chrono::milliseconds slice_time{100};

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double at(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void measure_crossing(const std::string& device) {
  const Engine engine;
  const Model model = engine.load(TENON_SOURCE_DIR "/tests/models/linear.onnx");
  Session session = model.session(device);
  const std::vector<float> x = {1, 2, 3, -4, 0, 1};
  const Tensor input = Tensor::of_f32({2, 3}, x);
  const tenon_host_tensor view = input.view();
  tenon_result* result = nullptr;
  if (tenon_session_run(session.handle(), &view, 1, nullptr, &result) != TENON_OK) return;
  std::vector<double> times;
  for (int slice = 0; slice < 200; ++slice) {
    const auto begin = Clock::now();
    for (int i = 0; i < 100; ++i) {
      if (tenon_session_run_into(session.handle(), &view, 1, nullptr, result) != TENON_OK) return;
    }
    times.push_back(microseconds_since(begin) / 100);
  }
  tenon_result_destroy(result);
  std::printf("run of one layer on %s: %.2f us, median %.2f\n", device.c_str(), at(times, 0.1),
              at(times, 0.5));
}

// Another program that wants one core: a process in a session of its own, which the kernel treats
// as somebody else's, that turns in a circle while it is told to.
class Hog {
 public:
  explicit Hog(bool exists) {
    void* shared =
        mmap(nullptr, sizeof *order_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) std::exit(2);
    order_ = new (shared) std::atomic<Order>(Order::idle);
    if (!exists) return;
    child_ = fork();
    if (child_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    turn();
    _exit(0);
  }
  ~Hog() {
    *order_ = Order::end;
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }
  Hog(const Hog&) = delete;
  Hog& operator=(const Hog&) = delete;
  void set(bool busy) { *order_ = busy ? Order::turn : Order::idle; }

 private:
  enum class Order { idle, turn, end };

  void turn() {
    cpu_set_t all, last;
    CPU_ZERO(&all);
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&last);
    for (int core = CPU_SETSIZE; core-- > 0 && CPU_COUNT(&last) == 0;) {
      if (CPU_ISSET(core, &all)) CPU_SET(core, &last);
    }
    sched_setaffinity(0, sizeof last, &last);
    while (*order_ != Order::end) {
      if (*order_ == Order::idle) usleep(200);
    }
  }
  std::atomic<Order>* order_ = nullptr;
  pid_t child_ = -1;
};

struct Work {
  std::string model, device;
  Options sizes;
};

std::vector<Tensor> inputs_of(const Model& model) {
  std::vector<Tensor> inputs;
  for (Tensor tensor : model.inputs()) {
    size_t count = 1;
    for (int64_t& extent : tensor.dims) {
      extent = std::max<int64_t>(extent, 1);
      count *= static_cast<size_t>(extent);
    }
    const bool is_f32 = tensor.dtype == TENON_F32;
    tensor.data.assign(count * (is_f32 ? sizeof(float) : sizeof(int64_t)), std::byte());
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

// Runs a slice for each byte it reads, and writes how long a run took; in a process of its own,
// because the number of threads is a process's.
void serve(const Work& work, const char* threads, bool with_hog, int read_end, int write_end) {
  Hog hog(with_hog);  // before there are threads
  const Options options = {{"threads", threads}};
  const Engine engine(options);
  const Model model = engine.load(work.model, work.sizes);
  Session session = model.session(work.device);
  const std::vector<Tensor> inputs = inputs_of(model);
  session.run(inputs);
  char order = 0;
  while (read(read_end, &order, 1) == 1) {
    hog.set(true);
    const auto begin = Clock::now();
    int runs = 0;
    for (; Clock::now() - begin < slice_time; ++runs) session.run(inputs);
    const double time = microseconds_since(begin) / runs;
    hog.set(false);
    if (write(write_end, &time, sizeof time) != sizeof time) return;
  }
}

class Server {
 public:
  Server(const Work& work, const char* threads, bool with_hog) {
    int orders[2], answers[2];
    if (pipe(orders) != 0 || pipe(answers) != 0) std::exit(2);
    child_ = fork();
    if (child_ == 0) {
      close(orders[1]);
      close(answers[0]);
      serve(work, threads, with_hog, orders[0], answers[1]);
      _exit(0);
    }
    close(orders[0]);
    close(answers[1]);
    write_end_ = orders[1];
    read_end_ = answers[0];
  }
  ~Server() {
    close(write_end_);
    close(read_end_);
    waitpid(child_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  double slice() {
    double time = 0;
    const bool is_there =
        write(write_end_, "r", 1) == 1 && read(read_end_, &time, sizeof time) == sizeof time;
    if (!is_there) std::exit(2);
    return time;
  }

 private:
  pid_t child_ = -1;
  int write_end_ = -1, read_end_ = -1;
};

void measure_contention(const Work& work) {
  std::vector<double> alone, together, beside;
  {
    Server one(work, "1", false), two(work, "2", false), hogged(work, "2", true);
    for (Server* server : {&one, &two, &hogged}) server->slice();
    for (int i = 0; i < slices; ++i) {
      alone.push_back(one.slice());
      together.push_back(two.slice());
      beside.push_back(hogged.slice());
    }
  }
  const auto ratio = [&](const std::vector<double>& times, double share) {
    return at(alone, share) / at(times, share);
  };
  std::printf(
      "speed by one quiet thread: two threads %.2f (median %.2f), two beside a busy core "
      "%.2f (median %.2f)\n",
      ratio(together, 0.1), ratio(together, 0.5), ratio(beside, 0.1), ratio(beside, 0.5));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "contention MODEL [DEVICE [NAME=SIZE ...]]\n");
    return 1;
  }
  Work work{argv[1], argc > 2 ? argv[2] : "cpu", {}};
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    const size_t equals = word.find('=');
    if (equals == word.npos) continue;
    work.sizes.push_back({"dim." + word.substr(0, equals), word.substr(equals + 1)});
  }
  measure_contention(work);
  measure_crossing(work.device);
  return 0;
}
