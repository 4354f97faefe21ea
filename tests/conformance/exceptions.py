"""What a backend cannot do as the others do, by test and case, each with its reason.

A row fails its test where the exception no longer holds, unless it holds at times only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unlike:
    """Why a test fails on a backend; `at_times` where it depends on what a look happens to see."""

    why: str
    at_times: bool = False


CLOCKS = Unlike(
    "gVisor's own clocks charge a child that is ready for what its siblings compute", at_times=True
)
COPIES = Unlike("gVisor gives each fork several MiB of its own, so children meet the memory limit first")
READS = "test_input_and_output_arrive_whole"
VERDICT = "test_the_verdict_names_what_ended_the_program"
UNLIKE: dict[str, dict[tuple[str, str], Unlike]] = {
    "docker-runsc": {
        ("test_the_least_limits_leave_room_for_a_small_program", "asserts"): Unlike(
            "the least memory limit is below what gVisor gives two processes of the interpreter"
        ),
        ("test_a_program_gets_exactly_as_many_as_it_may_have", "512-processes"): COPIES,
        ("test_limits_are_each_programs_own", ""): Unlike(COPIES.why, at_times=True),
        ("test_cpu_time_is_what_the_program_used", "children at the same time"): CLOCKS,
        ("test_cpu_time_is_what_the_program_used", "a daemon in a session of its own"): CLOCKS,
        (READS, "more files than a file system may have"): Unlike(
            "gVisor's tmpfs counts no inodes, so small files end at the memory limit"
        ),
        ("test_peak_memory_grows_as_the_kernel_says_that_the_process_grew", ""): Unlike(
            "gVisor's /proc/PID/status has no VmHWM"
        ),
        ("test_an_honest_heavyweight_passes", "a pool of 32 processes"): Unlike(
            "a fork costs gVisor tens of ms of CPU time, which is counted: 32 come near the limit",
            True,
        ),
        ("test_peak_memory_is_what_the_program_touched", "a grandchild whose parent died"): Unlike(
            "gVisor gives each fork several MiB of its own: a parent that dies before the peak is not in it",
            at_times=True,
        ),
        ("test_no_candidate_is_charged_for_an_earlier_one", ""): Unlike(
            "what is touched just before the end comes after the last look", at_times=True
        ),
        ("test_what_a_program_leaves_is_gone", "limits and priorities"): Unlike(
            "gVisor knows no SCHED_BATCH, so the program fails before it leaves anything"
        ),
        (VERDICT, "forks without end"): COPIES,
        (VERDICT, "more processes than it may have"): COPIES,
        (VERDICT, "makes do with the processes it gets"): COPIES,
    }
}


def exception_of(name: str) -> Unlike | None:
    """Return the exception for a test's full name, `test[backend-case]`."""
    test, _, parameters = name.removesuffix("]").partition("[")
    for backend, rows in UNLIKE.items():
        if parameters == backend or parameters.startswith(f"{backend}-"):
            return rows.get((test, parameters[len(backend) + 1 :]))
    return None
