"""Another process's memory, searched for secrets."""

import os


def may_read() -> bool:
    """Whether this user reads the memory of a process that wants nobody to: root does, unless a container forbids it."""
    trace = 1 << 19  # CAP_SYS_PTRACE
    with open("/proc/self/status", encoding="ascii") as status:
        return any(line.startswith("CapEff:") and int(line.split()[1], 16) & trace for line in status)


def writable(pid):
    """The writable mappings: begin, end, and whether they are guarded (left out of core dumps)."""
    begin = end = None
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            first, *rest = line.split()
            if "-" in first and not first.endswith(":"):
                begin, end = (int(part, 16) for part in first.split("-")) if rest[0].startswith("rw") else (None, None)
            elif first == "VmFlags:" and begin is not None:
                yield begin, end, "dd" in rest


def copies(pid, secrets):
    """How often each secret, a value of a dictionary, stands in ordinary memory, and how often in guarded memory."""
    found = {name: [0, 0] for name in secrets}
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for begin, end, guarded in writable(pid):
            try:
                content = os.pread(memory.fileno(), end - begin, begin)
            except OSError:
                continue  # a device's, or gone meanwhile
            for name, secret in secrets.items():
                found[name][guarded] += content.count(secret)
    return {name: tuple(counts) for name, counts in found.items()}
