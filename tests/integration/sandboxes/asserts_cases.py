"""Programs and test programs for `asserts`, one a line: what plain Python says of them holds here too.

`PASS` and `FAIL` are (candidate, test program) by what they are about. Both are run in one process by
plain Python as well, so that a case cannot be wrong about Python.
"""

from __future__ import annotations

DEQUE = "from collections import deque\n"
STACK = (
    "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)\n"
    "    def pop(self): return self.items.pop()\n    def __bool__(self): return bool(self.items)"
)

PASS = {
    "an argument that comes back is itself": ("def f(a): return a", "a = [1]\nassert f(a) is a"),
    "arguments that are one stay one": ("def f(a, b): a.append(1); return a is b", "a = []\nassert f(a, a) and a == [1]"),
    "sorting moves the lists, not what they hold": (
        "def f(l): l.sort()", "a, b = [3], [1]\nl = [a, b]\nf(l)\nassert l[0] is b and a == [3]"),
    "a list that holds itself": ("def f(l): l.append(l)", "l = []\nf(l)\nassert l[0] is l"),
    "equal numbers of other types come back": (
        "def f(l): l[0] = float(l[0])", "l = [1]\nf(l)\nassert type(l[0]) is float"),
    "a new order of a dict comes back": (
        "def f(d):\n    d['a'] = d.pop('a')", "d = {'a': 1, 'b': 2}\nf(d)\nassert list(d) == ['b', 'a']"),
    "changes before an exception come back": (
        "def f(l):\n    l.append(1)\n    raise ValueError", "l = []\ntry: f(l)\nexcept ValueError: pass\nassert l == [1]"),
    "changes by a function of the test's come back": (
        "def f(g):\n    l = [1]\n    g(l)\n    return l", "assert f(lambda l: l.append(2)) == [1, 2]"),
    "rows that are one list": ("def f(): return [[0] * 2] * 2", "m = f()\nm[0][0] = 1\nassert m == [[1, 0], [1, 0]]"),
    "the truth of an object is that of now": (
        STACK, "s = Stack()\ns.push(1)\nassert s\nassert s.pop() == 1\nassert not s"),
    "texts of objects": (
        "class P:\n    def __str__(self): return 'P'\n    def __repr__(self): return 'P()'", "p = P()\nassert str(p) == f'{p}' == 'P' and repr(p) == 'P()'"),
    "names and docstrings of functions": ("def f():\n    'doc'", "assert f.__name__ == 'f' and f.__doc__ == 'doc'"),
    "attributes can be set and deleted": (
        "class P: pass\ndef f(p): return p.x", "p = P()\np.x = [1]\nassert f(p) == [1]\ndel p.x\nassert not hasattr(p, 'x')"),
    "what can be called says so": ("def f(): return f\ndef g(): return object()", "assert callable(f()) and not callable(g())"),
    "an attribute of any name": ("class P:\n    _number = 7", "assert P()._number == 7"),
    "generators of costly items": (
        "def f():\n    n = 1\n    while True:\n        yield n\n        n = n ** 3 + 1 if n < 10 ** 2000 else 1 / 0",
        "from itertools import islice\nassert list(islice(f(), 3)) == [1, 2, 9]"),
    "ten thousand items": ("def f(): yield from range(10_000)", "assert sum(f()) == sum(range(10_000))"),
    "an exception after some items": (
        "def f():\n    yield 1\n    raise KeyError(2)", "g = f()\nassert next(g) == 1\ntry: next(g)\nexcept KeyError as e: assert e.args == (2,)\nelse: assert 0"),
    "sending to a generator": ("def f():\n    x = yield 1\n    yield x + 1", "g = f()\nassert next(g) == 1 and g.send(5) == 6"),
    "an iterator of the test's": ("def f(it): return next(it) + sum(it)", "assert f(iter(range(5))) == 10"),
    "an endless iterator of the test's": (
        "def f(it): return [next(it) for _ in range(3)]", "import itertools\nassert f(itertools.count()) == [0, 1, 2]"),
    "exceptions above an exception": (
        "class A(Exception): pass\nclass B(A): pass\ndef f(): raise B('no')", "try: f()\nexcept A as e: assert str(e) == 'no'\nelse: assert 0"),
    "attributes and text of an exception": (
        "class A(Exception):\n    def __init__(self, n):\n        super().__init__(n)\n        self.n = n\n"
        "    def __str__(self): return f'no {self.n}'\ndef f(): raise A(3)",
        "try: f()\nexcept A as e: assert e.n == 3 and str(e) == 'no 3'\nelse: assert 0"),
    "an exception of the standard library": (
        "import queue\ndef f(): raise queue.Empty", "import queue\ntry: f()\nexcept queue.Empty: pass\nelse: assert 0"),
    "an exception of the test's comes through": (
        "def f(g):\n    try: g()\n    except KeyError as e: return e.args", "def g(): raise KeyError(1)\nassert f(g) == (1,)"),
    "calling until the end of iteration": (
        "def f(g):\n    try:\n        while True: g()\n    except StopIteration: return 1", "it = iter([1])\nassert f(lambda: next(it)) == 1"),
    "types as arguments": ("def f(l, t): return [x for x in l if type(x) is t]", "assert f([1, 'a', 2.0], int) == [1]"),
    "types as answers": ("def f(x): return type(x)", "assert f(1) is int and f('') is str"),
    "built-in functions as arguments": ("def f(g, l): return g(l)", "assert f(len, [1, 2]) == 2 and f(sorted, [2, 1]) == [1, 2]"),
    "dates": (
        "import datetime\ndef f(d): return d + datetime.timedelta(days=1)", "import datetime\nassert f(datetime.date(2020, 2, 28)) == datetime.date(2020, 2, 29)"),
    "named tuples have their names": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(): return P(1, 2)", "p = f()\nassert p.x == 1 and p == (1, 2) and p._asdict() == {'x': 1, 'y': 2}"),
    "default dictionaries keep their default": (
        "def f(d): d['a'] += 1", "from collections import defaultdict\nd = defaultdict(int)\nf(d)\nassert d == {'a': 1} and d['b'] == 0"),
    "deques keep their bound": (DEQUE + "def f(d): d.append(3)", DEQUE + "d = deque([1, 2], maxlen=2)\nf(d)\nassert list(d) == [2, 3]"),
    "slices and the ellipsis": ("def f(l, s): return l[s]\ndef g(x): return x", "assert f([1, 2, 3], slice(1, None)) == [2, 3] and g(...) is ..."),
    "a test that is a main program": ("def f(): return 1", "def test(): assert f() == 1\nif __name__ == '__main__': test()"),
    "a test of unittest's": (
        "def f(): return 1", "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(), 1)\nunittest.main()"),
    "leaving with success": ("def f(): return 1", "import sys\nassert f() == 1\nsys.exit(0)"),
    "threads of the test's": (
        "def f(x): return x * x", "from concurrent.futures import ThreadPoolExecutor as T\nassert list(T(4).map(f, range(50))) == [x * x for x in range(50)]"),
    "an answer that came too late is nobody's": (
        "import time\ndef f(x):\n    time.sleep(x)\n    return x",
        "import signal\ndef late(*_): raise TimeoutError\nsignal.signal(signal.SIGALRM, late)\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\n"
        "try: f(0.3)\nexcept TimeoutError: pass\nelse: assert 0\nassert f(0.0) == 0.0 and f(0.01) == 0.01"),
    "the same object is the same": (
        "class N:\n    def __init__(self): self.next = None\none = N()\ndef get(): return one", "a, b = N(), N()\na.next = b\nassert a.next is b and get() is get() and a is not b"),
    "equality and hash of the candidate's objects": (
        "class P:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n    def __hash__(self): return self.x",
        "assert P(1) == P(1) and P(1) != P(2) and len({P(1), P(1), P(2)}) == 2"),
    "no object equals a value": ("class P: pass\ndef f(): return P()", "assert f() != object() and f() != 1 and not f() == object()"),
    "types of objects": (
        "class Dog: pass\nclass Cat: pass\ndef make(k): return Dog() if k == 'dog' else Cat()",
        "assert type(make('dog')) is type(Dog()) and type(make('cat')) is not type(Dog()) and type(Dog()).__name__ == 'Dog'"),
    "a global that changes": ("n, log = 0, []\ndef inc():\n    global n\n    n += 1\n    log.append(n)", "inc()\ninc()\nassert n == 2 and log == [1, 2]"),
    "an exception class that is only raised": (
        "class AgeError(ValueError): pass", "assert issubclass(AgeError, ValueError)\ntry: raise AgeError('x')\nexcept ValueError as e: assert str(e) == 'x'"),
    "an exception that goes there and back": (
        "class E(Exception): pass\ndef retry(f, n):\n    for _ in range(n):\n        try: return f()\n        except E: pass",
        "tries = []\ndef f():\n    tries.append(1)\n    if len(tries) < 3: raise E('no')\n    return 7\nassert retry(f, 5) == 7"),
    "an exception class of the test's": (
        "def retry(f, kind):\n    try: return f()\n    except kind: return 'again'\ndef call(f): return f()",
        "class My(Exception): pass\ndef f(): raise My('x')\nassert retry(f, My) == 'again'\ntry: call(f)\nexcept My as e: assert str(e) == 'x'"),
    "a module under another name": ("import operator as Calc", "assert Calc.add(1, 2) == 3"),
}  # fmt: skip

FAIL = {
    "a shallow copy": ("def f(a): return a[:]", "a = [[1]]\nb = f(a)\nb[0].append(3)\nassert a == [[1]]"),
    "no copy": ("def f(a): return a", "a = [1]\nassert f(a) is not a"),
    "one row many times": ("def f(r, c): return [[0] * c] * r", "m = f(2, 2)\nm[0][0] = 1\nassert m == [[1, 0], [0, 0]]"),
    "a debit before the refusal": (
        "def f(acc):\n    acc['a'] -= 1\n    raise ValueError", "acc = {'a': 1}\ntry: f(acc)\nexcept ValueError: pass\nassert acc == {'a': 1}"),
    "a pop that leaves": (
        STACK.replace(".pop()", "[-1]"), "s = Stack()\ns.push(1)\nassert s.pop() == 1\nassert not s"),
    "an object that cannot be called": ("def f(): return object()", "assert callable(f())"),
    "no docstring": ("def f(): pass", "assert f.__doc__"),
    "an attribute that can be set": (
        "class P: pass", "p = P()\ntry:\n    p.x = 5\n    assert False, 'frozen'\nexcept AttributeError: pass"),
    "a test function that fails, called by unittest": (
        "def f(): return 2", "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(), 1)\nunittest.main()"),
    "a test that fails in its main program": ("def f(): return 2", "def test(): assert f() == 1\nif __name__ == '__main__': test()"),
    "no copy of an object": ("class N: pass\ndef clone(n): return n", "n = N()\nassert clone(n) is not n"),
    "the wrong class": (
        "class Dog: pass\nclass Cat: pass\ndef make(k): return Cat()", "assert type(make('dog')) is type(Dog())"),
    "equality of all": ("class P:\n    def __init__(self, x): pass\n    def __eq__(self, o): return True", "assert P(1) != P(2)"),
    "a global that changes too much": ("n = 0\ndef inc():\n    global n\n    n += 5", "inc()\nassert n == 1"),
    "leaving with failure": ("def f(): return 2", "import sys\nsys.exit(f() != 1)"),
}  # fmt: skip
