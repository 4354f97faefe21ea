"""One program in each language that `call` tests work in, and what its functions are called with.

scale(rows: list of lists of 32-bit int, factor: float): each number times the factor, as float
check(flag: bool): prints "checked"; returns "fine", or raises an exception that says "refused"
Solution.count(words: list of str): how often each word is there, by word
Solution.lookup(table: dict of 64-bit int by str, key: str or null): what is there, or null
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verifierd_client import CallTest

PYTHON = """
def scale(rows, factor):
    return [[each * float(factor) for each in row] for row in rows]

def check(flag):
    print("checked")
    if flag:
        raise RuntimeError("refused")
    return "fine"

class Solution:
    def count(self, words):
        return {word: words.count(word) for word in words}

    def lookup(self, table, key):
        return table.get(key)
"""
CPP = """
vector<vector<double>> scale(const vector<vector<int>>& rows, double factor) {
    vector<vector<double>> scaled;
    for (const auto& row : rows) {
        scaled.emplace_back();
        for (int each : row) scaled.back().push_back(each * factor);
    }
    return scaled;
}

string check(bool flag) {
    cout << "checked" << endl;
    if (flag) throw runtime_error("refused");
    return "fine";
}
"""
CPP_CLASS = """
class Solution {
public:
    unordered_map<string, int> count(vector<string>& words) {
        unordered_map<string, int> counted;
        for (const string& word : words) ++counted[word];
        return counted;
    }

    optional<long long> lookup(map<string, long long> table, const optional<string>& key, int fallback = 0) {
        return key ? lookup(table, *key, &fallback) : nullopt;
    }

private:
    optional<long long> lookup(const map<string, long long>& table, const string& key, int*) {
        return table.count(key) ? optional(table.at(key)) : nullopt;
    }
};

int main() { return 3; }
"""
CPP_PROGRAM = "#include <bits/stdc++.h>\n#define int int\nusing namespace std;\n" + CPP + CPP_CLASS
SCRIPT = """
const scale = (rows, factor) => rows.map((row) => row.map((each) => each * factor));

function check(flag) {
    console.log("checked");
    if (flag) throw new Error("refused");
    return "fine";
}

class Solution {
    count(words) {
        const counted = new Map();
        for (const word of words) counted.set(word, (counted.get(word) || 0) + 1);
        return counted;
    }

    lookup(table, key) {
        return key !== null && key in table ? table[key] : null;
    }
}
"""
PROGRAMS = {
    "cpp17": CPP_PROGRAM,
    "cpp20": CPP_PROGRAM,
    "go": """
package main

import "fmt"

func scale(rows [][]int32, factor float64) (scaled [][]float64) {
	scaled = [][]float64{}
	for _, row := range rows {
		line := []float64{}
		for _, each := range row {
			line = append(line, float64(each)*factor)
		}
		scaled = append(scaled, line)
	}
	return
}

func check(flag bool) string {
	fmt.Println("checked")
	if flag {
		panic("refused")
	}
	return "fine"
}

type Solution struct{}

func (*Solution) count(words []string) map[string]int {
	counted := map[string]int{}
	for _, word := range words {
		counted[word]++
	}
	return counted
}

func (Solution) lookup(table map[string]int64, key *string) *int64 {
	if key == nil {
		return nil
	}
	if found, is := table[*key]; is {
		return &found
	}
	return nil
}

func main() {}
""",
    "java": """
import java.util.*;

public class Solution {
    static List<double[]> scale(int[][] rows, double factor) {
        List<double[]> scaled = new ArrayList<>();
        for (int[] row : rows) scaled.add(Arrays.stream(row).mapToDouble(each -> each * factor).toArray());
        return scaled;
    }

    static String check(boolean flag) {
        System.out.println("checked");
        if (flag) throw new IllegalStateException("refused");
        return "fine";
    }

    public Map<String, Integer> count(String[] words) {
        Map<String, Integer> counted = new HashMap<>();
        for (String word : words) counted.merge(word, 1, Integer::sum);
        return counted;
    }

    public Long lookup(TreeMap<String, Long> table, String key) {
        return lookup(table, key, null);
    }

    private <T> T lookup(Map<String, T> table, String key, T fallback) {
        return key == null ? fallback : table.getOrDefault(key, fallback);
    }
}
""",
    "javascript": SCRIPT,
    "perl": """
use strict;
use warnings;

sub scale {
    my ($rows, $factor) = @_;
    return [map { [map { $_ * $factor } @$_] } @$rows];
}

sub check {
    my ($flag) = @_;
    print "checked\\n";
    die "refused" if $flag;
    return "fine";
}

package Solution;

sub new { return bless {}, shift }

sub count {
    my ($self, $words) = @_;
    my %counted;
    $counted{$_}++ for @$words;
    return \\%counted;
}

sub lookup {
    my ($self, $table, $key) = @_;
    return defined $key ? $table->{$key} : undef;
}

1;
""",
    "php": """<?php
function scale(array $rows, float $factor): array {
    return array_map(fn($row) => array_map(fn(int $each) => $each * $factor, $row), $rows);
}

function check(bool $flag): string {
    echo "checked\\n";
    if ($flag) throw new RuntimeException("refused");
    return "fine";
}

class Solution {
    function count(array $words) {
        return array_count_values($words);
    }

    function lookup(array $table, ?string $key): ?int {
        return $key === null ? null : ($table[$key] ?? null);
    }
}
""",
    "pypy": PYTHON,
    "python": PYTHON,
    "ruby": """
def scale(rows, factor)
  rows.map { |row| row.map { |each| each * factor.to_f } }
end

def check(flag)
  puts "checked"
  raise "refused" if flag
  "fine"
end

class Solution
  def count(words)
    words.tally
  end

  def lookup(table, key)
    table[key]
  end
end
""",
    "rust": """
use std::collections::{BTreeMap, HashMap};

fn scale(rows: Vec<Vec<i32>>, factor: f64) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().map(|&each| each as f64 * factor).collect()).collect()
}

fn check(flag: bool) -> &'static str {
    println!("checked");
    if flag {
        panic!("refused");
    }
    "fine"
}

impl Solution {
    pub fn count(words: &[String]) -> HashMap<&String, usize> {
        let mut counted = HashMap::new();
        for word in words {
            *counted.entry(word).or_default() += 1;
        }
        counted
    }

    fn lookup(table: BTreeMap<String, i64>, key: Option<&str>) -> Option<i64> {
        table.get(key?).copied()
    }
}

fn main() {}
""",
    "typescript": SCRIPT.replace("(rows, factor)", "(rows: number[][], factor: number): number[][]")
    .replace("check(flag)", "check(flag: boolean): string")
    .replace("count(words)", "count(words: string[]): Map<string, number>")
    .replace(
        "lookup(table, key)", "lookup(table: Record<string, number>, key: string | null): number | null"
    ),
}
# What declares types of its parameters, or of how many there are; the others take what comes.
KNOW_TYPES = {"cpp17", "cpp20", "go", "java", "rust"}
KNOW_COUNTS = KNOW_TYPES | {"php", "pypy", "python", "ruby"}
KNOW_NAMES = {"php", "pypy", "python"}  # Ruby gives them to keyword parameters only
LARGE = (1 << 53) + 1


@dataclass(frozen=True)
class Call:
    """A call and its value, or what the error says that it ends with."""

    function: str
    args: tuple[Any, ...]
    expected: Any = None
    class_name: str = ""
    raises: str = ""
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def test(self) -> CallTest:
        """The same as a test."""
        return CallTest(self.function, self.args, self.expected, self.kwargs, class_name=self.class_name)


def count(words: list[str]) -> Call:
    """A call of `Solution.count`."""
    return Call("count", (words,), {word: words.count(word) for word in words}, "Solution")


def lookup(table: Any, key: Any, expected: Any = None, raises: str = "") -> Call:
    """A call of `Solution.lookup`."""
    return Call("lookup", (table, key), expected, "Solution", raises)


RETURN = [
    Call("scale", ([[1, -2], [], [3]], 0.5), [[0.5, -1.0], [], [1.5]]),
    Call("scale", ([], 2.5), []),
    Call("scale", ([[2**31 - 1, -(2**31)]], 0.5), [[1073741823.5, -1073741824.0]]),
    Call("scale", ([[3]], 2), [[6.0]]),
    Call("scale", ([[1]], float("nan")), [[float("nan")]]),
    Call("scale", ([[1, -1]], float("inf")), [[float("inf"), float("-inf")]]),
    Call("scale", ([[1] * 50_000], 1e-300), [[1e-300] * 50_000]),
    Call("check", (False,), "fine"),
    count(["\n" * 100_000, '"' * 100_000 + "\\"]),
    count(["a", "é😀", "a", '\x00\x1f\n"\\/\x7f', "", "\u2028"]),
    lookup({"a": LARGE, "é": 1 - 2**63}, "a", LARGE),
    lookup({"a": LARGE, "é": 1 - 2**63}, "é", 1 - 2**63),
    lookup({"a": -(2**63)}, "a", -(2**63)),
    lookup({"a": 1}, "b"),
    lookup({"a": 1}, None),
    lookup({}, "a"),
]
RAISE = [Call("check", (True,), raises="refused")]
MISFIT = [
    Call("scale", ([[1], [2**31]], 1.0), raises="TypeError: argument 1: "),
    Call("scale", ([[1.5]], 1.0), raises="TypeError: argument 1: "),
    Call("scale", ([[1, "2"]], 1.0), raises="TypeError: argument 1: "),
    Call("scale", ([[True]], 1.0), raises="TypeError: argument 1: "),
    Call("scale", ([1], 1.0), raises="TypeError: argument 1: "),
    Call("scale", ([[1]], "1.0"), raises="TypeError: argument 2: "),
    Call("scale", ([[1]], LARGE), raises="TypeError: argument 2: "),
    Call("scale", ([[1]], None), raises="TypeError: argument 2: "),
    Call("check", (0,), raises="TypeError: argument 1: "),
    lookup({"a": 2**63}, "a", raises="TypeError: argument 1: "),
    lookup(["a"], "a", raises="TypeError: argument 1: "),
]
MISCOUNT = [
    Call("check", (), raises="argument"),
    Call("check", (True, False), raises="argument"),
    Call("scale", ([], 1.0, 2.0), raises="argument"),
]
MISSING = [Call("missing", (), class_name="Solution", raises="missing")]
WRONG = [replace(each, expected=[each.expected]) for each in RETURN[-5:]]
NAMED = [Call("check", (), "fine", kwargs={"flag": False}, raises="has no arguments by name")]


def calls_of(language: str) -> dict[str, list[Call]]:
    """Return the calls by what they are to show, those that the language can show."""
    refused = (MISFIT if language in KNOW_TYPES else []) + (MISCOUNT if language in KNOW_COUNTS else [])
    return {
        "return": RETURN,
        "wrong": WRONG,
        "raise": RAISE,
        "refused": refused,
        "named": [] if language == "ruby" else NAMED,
        "missing": MISSING,  # last: what does not compile ends the candidate
    }
