"""Ctrl-C, kills, full disks and broken pipes: no half file under its name, no plaintext left, no leftovers."""

import os
import pty
import resource
import signal
import subprocess
import termios

import pytest

import town as t

MARK = b"patient-4711;"
HALF = MARK * 400000  # 5 MB: beyond every buffer


def sealing(*more):
    return ["seal", "-", "--policy", "policy", "--producer", "keys/pipeline.key", "--compartment", "clinical", "-o", "out", *more]


def opening(town):
    return ["open", "-", "--policy", "policy", *town.keys("owner", "ovh", "orange"), "-o", "out"]


def start(town, arguments, **how):
    """The program, running, fed through a pipe."""
    return subprocess.Popen([t.PROGRAM, *arguments], cwd=town.folder, env=town.env, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


def feed_half_then(town, arguments, half, number):
    """Sends a signal in the middle: after half of the data, while the program waits for the rest."""
    running = start(town, arguments)
    running.stdin.write(half)
    running.stdin.flush()
    running.send_signal(number)
    out, err = running.communicate()
    return running.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_in_the_middle_of_a_seal(town, number):
    before = town.names()
    code, out, _ = feed_half_then(town, sealing("--detached", "capsule"), HALF, number)
    assert code == -number and out == b""
    assert town.names() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_in_the_middle_of_an_open(town, number):
    sealed = town.seal("-", "-o", "-", input=HALF * 2)
    before = town.names()
    code, out, _ = feed_half_then(town, opening(town), sealed[: len(sealed) // 2], number)
    assert code == -number and out == b""
    assert [name for name in town.names() if not name.startswith("state/")] == [n for n in before if not n.startswith("state/")]


def test_an_old_file_survives_an_interrupted_replacement(town):
    town.write("out", b"old")
    feed_half_then(town, sealing("--force"), HALF, signal.SIGINT)
    assert town.read("out") == b"old"
    assert not [name for name in town.names() if ".partial" in name]


def test_a_signal_in_the_middle_of_a_folder_leaves_whole_objects(town):
    for i in range(200):
        town.write(f"data/{i:03}", MARK * 1000 + b"%d" % i)
    running = start(town, ["seal", "data", *sealing()[2:]])
    while running.poll() is None and not town.names("out"):
        pass  # until the first object has its name
    running.send_signal(signal.SIGINT)
    running.communicate()
    assert not [name for name in town.names("out") if ".partial" in name]
    town.ok("verify", "out", "--policy", "policy", "--can-open", *town.keys("owner", "ovh", "orange"))


def test_input_that_breaks_off_is_an_error_only_when_sealed(town):
    sealed = town.seal("-", "-o", "-", input=HALF)
    for cut in (len(sealed) // 2, len(sealed) - 1, 100):
        ran = town.run(*opening(town), input=sealed[:cut])
        assert ran.returncode in (t.MALFORMED, t.FORGED)
        assert not (town.folder / "out").exists()


def test_a_full_disk_is_an_io_error(town):
    def small_files_only():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))

    before = town.names()
    words = town.fails(t.IO, *sealing(), input=HALF, preexec_fn=small_files_only)
    assert "out" in words and town.names() == before
    town.seal("-", "-o", "sealed", input=HALF)
    ran = town.run("open", "sealed", *opening(town)[2:], preexec_fn=small_files_only)
    assert ran.returncode == t.IO and not (town.folder / "out").exists()


def test_a_reader_that_goes_away_ends_the_program_quietly(town):
    town.seal("-", "-o", "sealed", input=HALF)
    running = start(town, ["open", "sealed", "--policy", "policy", *town.keys("owner", "ovh", "orange")])
    assert running.stdout.read(len(MARK)) == MARK
    running.stdout.close()
    running.stdin.close()
    assert running.wait() == -signal.SIGPIPE
    assert running.stderr.read() == b""


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, town, arguments):
        self.child, self.screen = pty.fork()
        if self.child == 0:
            os.chdir(town.folder)
            os.execve(t.PROGRAM, [t.PROGRAM, *arguments], town.env)
        self.shown = b""

    def until(self, words):
        """Reads what is shown up to these words."""
        while words not in self.shown:
            self.shown += os.read(self.screen, 4096)

    def type(self, keys):
        """Presses keys."""
        os.write(self.screen, keys)

    def echoes(self):
        """Whether typed keys are shown."""
        return bool(termios.tcgetattr(self.screen)[3] & termios.ECHO)

    def wait(self):
        """The exit code, or minus the number of the signal; shows the rest."""
        try:
            while part := os.read(self.screen, 4096):
                self.shown += part
        except OSError:  # how a terminal says that nobody is there any more
            pass
        _, status = os.waitpid(self.child, 0)
        os.close(self.screen)
        return os.waitstatus_to_exitcode(status)


def large(town, name, size):
    """A file with holes: large, and written at once."""
    with open(town.folder / name, "wb") as file:
        file.truncate(size)


@pytest.mark.terminal
def test_ctrl_c_on_a_terminal_while_a_large_file_is_sealed(town):
    large(town, "big", 6 << 30)
    before = town.names()
    terminal = Terminal(town, ["seal", "big", *sealing()[2:]])
    terminal.until(b"sealing big")
    terminal.until(b"of 6.0 GiB")
    terminal.type(b"\x03")
    assert terminal.wait() == -signal.SIGINT
    assert town.names() == before


@pytest.mark.terminal
def test_ctrl_c_on_a_terminal_while_a_large_file_is_opened(town):
    large(town, "big", 512 << 20)
    town.seal("big", "-o", "sealed")
    os.remove(town.folder / "big")
    terminal = Terminal(town, ["open", "sealed", *opening(town)[2:]])
    terminal.until(b"opening sealed")
    terminal.type(b"\x03")
    assert terminal.wait() == -signal.SIGINT
    os.remove(town.folder / "sealed")
    assert not (town.folder / "out").exists() and not [name for name in town.names() if ".partial" in name]


@pytest.mark.terminal
def test_the_progress_line_is_gone_at_the_end(town):
    town.write("some", HALF * 4)
    terminal = Terminal(town, ["seal", "some", *sealing()[2:]])
    assert terminal.wait() == 0
    assert b"\r\x1b[K" in terminal.shown and terminal.shown.count(b"sealed some") == 1
    assert town.run("seal", "some", *sealing("--force")[2:]).stderr == b""  # and never there without a terminal


@pytest.mark.terminal
def test_passphrases_are_asked_without_echo(town):
    terminal = Terminal(town, ["keygen", "recipient", "guarded", "-o", "keys", "--passphrase"])
    terminal.until(b"Passphrase for guarded: ")
    assert not terminal.echoes()
    terminal.type(b"open sesame\n")
    terminal.until(b"The same again: ")
    terminal.type(b"open sesame\n")
    assert terminal.wait() == 0 and b"sesame" not in terminal.shown
    town.write_policy("policy", "guarded", [t.recipient("owner", "OWNER", operator="hospital"), t.recipient("guarded")])
    town.seal("-", "-o", "sealed", input=b"plain")
    terminal = Terminal(town, ["open", "sealed", "--policy", "policy", *town.keys("guarded"), "-o", "back"])
    terminal.until(b"Passphrase of keys/guarded.key: ")
    terminal.type(b"open sesame\n")
    assert terminal.wait() == 0 and town.read("back") == b"plain"


@pytest.mark.terminal
def test_two_passphrases_that_differ_make_no_key(town):
    terminal = Terminal(town, ["keygen", "signer", "new", "-o", "keys", "--passphrase"])
    terminal.until(b"Passphrase for new: ")
    terminal.type(b"one\n")
    terminal.until(b"The same again: ")
    terminal.type(b"other\n")
    assert terminal.wait() == t.INVALID_ARGUMENT
    assert not (town.folder / "keys/new.key").exists()


@pytest.mark.terminal
def test_ctrl_c_at_the_question_lets_the_terminal_echo_again(town):
    terminal = Terminal(town, ["keygen", "recipient", "guarded", "-o", "keys", "--passphrase"])
    terminal.until(b"Passphrase for guarded: ")
    assert not terminal.echoes()
    terminal.type(b"half\x03")
    os.waitid(os.P_PID, terminal.child, os.WEXITED | os.WNOWAIT)
    assert terminal.echoes()
    assert terminal.wait() == -signal.SIGINT
    assert not (town.folder / "keys/guarded.key").exists()
