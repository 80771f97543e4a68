"""What the rows of the comparison measure with: the driver's rounds, minima, and programs from start to exit."""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


class Rounds:
    """A program that is prepared for its cases, and goes through all of them for each line that it reads."""

    def __init__(self, command, env=None):
        command = [str(word) for word in command]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def round(self):
        """Every case of one round."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        out = []
        for line in self.process.stdout:
            if line == "\n":
                return out
            out.append(json.loads(line))
        raise RuntimeError(f"{self.process.args[1]}: it ended, exit code {self.process.wait()}")


class Driver(Rounds):
    """bench_compare, prepared for one job."""

    def __init__(self, place, job, engine=None, **arguments):
        env = dict(os.environ, TRICLAVE_ENGINE=engine) if engine else None
        super().__init__([place.driver, job, *(f"{name}={value}" for name, value in arguments.items())], env)


def serve(cases):
    """The other end of Rounds, for a program in Python: (name, amount of work, function)."""
    for _ in sys.stdin:
        for name, work, function in cases:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            spent = seconds(function)
            faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
            print(json.dumps({"case": name, "pieces": [spent], "work": work, "faults": faults}))
        print(flush=True)


class Place:
    """Where things are: the built programs, a working folder in memory and one on disk, and how much time there is."""

    def __init__(self, build, folder, disk, quick):
        self.build = pathlib.Path(build).resolve()
        self.driver = str(self.build / "bin" / "bench_compare")
        self.program = str(self.build / "bin" / "triclave")
        self.folder = pathlib.Path(folder)
        self.disk = pathlib.Path(disk)
        self.quick = quick

    def pick(self, quick, full):
        """The first where time is short."""
        return quick if self.quick else full


def seconds(work):
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleave(rounds, budget, drivers=(), cases=(), seldom=(), least=2):
    """The fastest of several rounds of each case, in turns, so that whatever else the machine does meets all of them.

    `rate` is of the fastest whole round; `piece_rate` of each piece's fastest round, added up: what the machine does for a
    hundredth of a second and not for a tenth.
    `cases`: (name, amount of work, function), or with a fourth, called after the function's first time, unmeasured.
    `seldom`: the same, in the first `least` rounds only: slow ones that no target is about.
    Stops after `budget` seconds, but not before `least` rounds.
    """
    best, fastest = {}, {}

    def note(name, pieces, work, faults=0):
        spent = sum(pieces)
        fastest[name] = [min(pair) for pair in zip(fastest.get(name, pieces), pieces, strict=True)]
        rounds = 1 + (best[name]["rounds"] if name in best else 0)
        if rounds == 1 or spent < best[name]["seconds"]:
            best[name] = {"seconds": spent, "work": work, "rate": work / spent, "faults": faults}
        best[name] |= {"rounds": rounds, "piece_rate": work / sum(fastest[name])}

    start = time.perf_counter()
    for done in range(rounds):
        if done >= least and time.perf_counter() - start > budget:
            break
        for case in [case for driver in drivers for case in driver.round()]:
            if "value" in case:
                best[case["case"]] = case["value"]
            else:
                note(case["case"], case["pieces"], case["work"], case["faults"])
        for name, work, function, *check in [*cases, *(seldom if done < least else ())]:
            note(name, [seconds(function)], work)
            if done == 0 and check:
                check[0]()
    return best


def run(command, **how):
    """Runs a program from start to exit, which must succeed; the seconds."""
    start = time.perf_counter()
    ran = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, **how)
    spent = time.perf_counter() - start
    if ran.returncode:
        raise RuntimeError(f"{command[0]}: {ran.stderr.decode(errors='replace').strip()[-300:]}")
    return spent


def output(command):
    """What a program says."""
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout


def peak_memory(command, **how):
    """The most memory that a program had, MiB. wait4() would count what its parent had before exec()."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **how)
    peak = 0
    while process.poll() is None:
        try:
            for line in pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]))
        except OSError:
            break
        time.sleep(0.002)
    if process.wait():
        raise RuntimeError(f"{command[0]}: exit code {process.returncode}")
    return peak / 1024


def same_file(one, other):
    """Whether two files hold the same."""
    return subprocess.run(["cmp", "-s", str(one), str(other)], check=False).returncode == 0


def must(good, what):
    """Ends the row where a peer did not do what it should."""
    if not good:
        raise RuntimeError(what)
