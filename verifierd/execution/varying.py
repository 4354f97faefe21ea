"""Which programs may do other things with the same input: what they read tells of it.

A word decides, in any language: no more than a program's text is looked at, and a word too many costs a run
that could have been saved.
"""

from __future__ import annotations

import re
from functools import cache

from sandboxes.model import AssertsRun, InteractiveRun, Program, Run

READ_BYTES = 1 << 16  # a longer program is not looked at
_WORD = re.compile(r"[A-Za-z_]\w*")
_PLACES = ("/dev/", "/proc/", "/sys/", "__DATE__", "__TIME__")

# By what they are about: chance, time, identity, concurrency, order without a rule, the surroundings.
_WORDS = """
    sample shuf str_shuffle popen system _thread rdrand rdseed _rdrand16_step _rdrand32_step _rdrand64_step
    rand rand_r srand random randint Random SecureRandom secrets random_device mt_rand random_int random_bytes
    shuffle array_rand lcg_value drand48 lrand48 arc4random getrandom getentropy urandom uuid uuid1 uuid4 UUID
    randomUUID randomBytes crypto thread_rng ThreadLocalRandom RandomState
    time clock clock_gettime gettimeofday chrono datetime date Date now Now today localtime gmtime ctime
    perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns time_ns microtime hrtime
    currentTimeMillis nanoTime Instant SystemTime Stopwatch performance __rdtsc rdtsc timeit
    id hash hashCode identityHashCode object_id __id__ spl_object_id refaddr addressof getpid getppid gettid
    get_ident tempfile mktemp tmpnam mkstemp uniqid weakref ctypes
    thread threads threading Thread pthread_create jthread async asyncio Parallel parallel parallelStream
    ExecutorService CompletableFuture ForkJoinPool multiprocessing subprocess concurrent fork vfork spawn
    signal SIGALRM alarm select epoll go chan goroutine rayon tokio Worker worker_threads setTimeout
    setInterval omp map HashMap HashSet unordered_map unordered_set keys each values
    environ getenv env uname hostname gethostname getrusage resource psutil sched_getaffinity cpu_count
    availableProcessors nproc stat listdir scandir glob walk readdir getcwd gc
"""
VARYING = frozenset(_WORDS.split())
NOTHING: frozenset[str] = frozenset()
# Words that say nothing in a language: there is a rule for the order, or the word means another thing.
_OF_PYTHON = frozenset({"map", "keys", "values", "each", "go", "env", "stat"})
_OF_C = frozenset({"map", "keys", "each", "values", "env", "go", "id", "hash", "date"})
_OF_SCRIPTS = frozenset({"map", "keys", "each", "values", "go", "id", "hash", "date"})
OF_A_LANGUAGE = {"java": frozenset({"of", "copyOf", "toUnmodifiableSet", "toUnmodifiableMap"})}
ALWAYS = frozenset({"perl"})  # a hash has another order each time, and no word tells of one
HARMLESS = {
    **dict.fromkeys(("python", "pypy"), _OF_PYTHON),
    **dict.fromkeys(("c", "cpp17", "cpp20", "java"), _OF_C),
    **dict.fromkeys(("javascript", "typescript", "php", "ruby"), _OF_SCRIPTS),
    "rust": _OF_SCRIPTS - {"values"},
}


def may_vary(program: Program) -> bool:
    """Tell whether a program may answer otherwise next time."""
    source, language = program.source, program.language
    if language in ALWAYS or len(source) > READ_BYTES or any(place in source for place in _PLACES):
        return True
    return not _telling_words(language).isdisjoint(_WORD.findall(source))


@cache
def _telling_words(language: str) -> frozenset[str]:
    return (VARYING - HARMLESS.get(language, NOTHING)) | OF_A_LANGUAGE.get(language, NOTHING)


def counterpart_may_vary(run: Run, language: str) -> bool:
    """Tell whether what a run has programs of a language tested by may do so; who talks with them always may.

    An interactor's limits depend on all runs of a job, and that it failed is no word on the program.
    """
    if isinstance(run, InteractiveRun):
        return True
    return isinstance(run, AssertsRun) and may_vary(Program(language, run.test_source))
