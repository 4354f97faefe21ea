# what: changes built-ins, loaded modules and frozen objects of the warm interpreter for whoever runs next
# expect: ACCEPTED
# copies: 6
import builtins
import collections
import copy
import ctypes
import gc
import heapq
import linecache
import math
import os
import random
import re
import string
import sys
import threading

MODULES = (builtins, collections, copy, gc, heapq, linecache, math, os, random, re, string, sys, threading)
MARK = "verifierd_attack_mark"

escaped = [f"{module.__name__} is marked" for module in MODULES if hasattr(module, MARK)]
one = ctypes.c_uint32.from_address(id(257) + 24)
if any(MARK in str(key) for key in linecache.cache) or MARK in re.escape(MARK).upper():
    escaped.append("a cache is marked")
if len([]) != 0 or print is not builtins.print or sum([1, 2]) != 3 or sorted([2, 1]) != [1, 2] or re.sub("a", "b", "a") != "b":
    escaped.append("a built-in lies")
if sys.gettrace() or sys.getprofile() or sys.meta_path[0].__module__ == "__main__" or any(MARK in path for path in sys.path):
    escaped.append("a hook is set")
say = print
result = "ESCAPED: " + "; ".join(escaped) if escaped else "contained"
for module in MODULES:
    setattr(module, MARK, 1)
say(result, flush=True)

sys.path.insert(0, MARK)
linecache.cache[MARK] = (0, None, [], MARK)
re.sub = lambda *_: "broken"
string.ascii_letters = ""
os.getpid = os.fork = lambda: 0
sys.stdout.write = None
builtins.len = builtins.sorted = builtins.sum = builtins.print = builtins.open = builtins.__import__ = lambda *_, **__: 0
for cached in range(-5, 257):  # the small integers that every Python object shares
    ctypes.c_uint32.from_address(id(cached) + 24).value = 7
os._exit(0)
