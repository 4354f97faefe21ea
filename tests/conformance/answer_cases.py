"""Pairs of answers, and whether math-verify 0.9 takes the second for the first.

It is the library's word that is written here, not what a mathematician would say: the last group has the
pairs where those differ, so that a release that mends one of them is seen.
"""

from __future__ import annotations

EQUAL, DIFFERENT = True, False

# By what they are about: (expected, answer, whether they are equal).
CASES: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "fractions": (
        (r"\frac{1}{2}", r"\boxed{\frac12}", EQUAL),
        ("1/2", "0.5", EQUAL),
        (r"\frac{3}{4}", r"$\dfrac{6}{8}$", EQUAL),
        (r"1\frac{1}{2}", r"\boxed{\frac{3}{2}}", EQUAL),
        (r"-\frac{2}{3}", r"\boxed{\frac{-2}{3}}", EQUAL),
        (r"\frac{1}{3}", r"\boxed{0.33}", DIFFERENT),
        (r"\frac{1}{2}", r"\boxed{\frac{1}{3}}", DIFFERENT),
    ),
    "decimals": (
        ("0.5", r"\boxed{.5}", EQUAL),
        ("1000", "1,000.0", EQUAL),
        ("3.14159", r"\boxed{3.1415899}", EQUAL),
        ("3.14159", r"\boxed{3.14}", DIFFERENT),
        ("1500", r"\boxed{1.5 \times 10^3}", EQUAL),
    ),
    "percent": (
        ("50%", r"\boxed{50\%}", EQUAL),
        (r"50\%", "It is 50 percent.", EQUAL),
        (r"12.5\%", r"\boxed{0.125}", EQUAL),
        (r"50\%", r"\boxed{50}", EQUAL),
        ("0.5", r"\boxed{50}", DIFFERENT),
    ),
    "units": (
        (r"5\text{ cm}", r"\boxed{5}", EQUAL),
        ("5", r"\boxed{5\text{ meters}}", EQUAL),
        ("90", r"\boxed{90^\circ}", EQUAL),
        (r"\$12", r"\boxed{12}", EQUAL),
    ),
    "radicals": (
        (r"\sqrt{8}", r"\boxed{2\sqrt{2}}", EQUAL),
        (r"\frac{1}{\sqrt{2}}", r"$\frac{\sqrt2}{2}$", EQUAL),
        ("2", r"\boxed{\sqrt[3]{8}}", EQUAL),
        (r"\sqrt{2}", r"\boxed{\sqrt{3}}", DIFFERENT),
    ),
    "powers and constants": (
        ("1024", r"\boxed{2^{10}}", EQUAL),
        (r"2\pi", r"\boxed{6.283185307}", EQUAL),
        (r"\ln 8", r"\boxed{3\ln 2}", EQUAL),
        ("120", r"\boxed{5!}", EQUAL),
        (r"\infty", r"\boxed{-\infty}", DIFFERENT),
    ),
    "sets": (
        (r"\{1, 2, 3\}", r"\boxed{\{3, 2, 1\}}", EQUAL),
        ("1, 2, 3", r"The solutions are $1$, $2$ and $3$.", EQUAL),
        (r"\{1, 2\}", r"\boxed{\{1, 2, 3\}}", DIFFERENT),
        (r"\{1, 3\} \cup \{2\}", r"\boxed{\{1, 2, 3\}}", EQUAL),
        (r"\emptyset", r"\boxed{\{\}}", EQUAL),
    ),
    "tuples": (
        ("(1, 2, 3)", r"\boxed{(1, 2, 3)}", EQUAL),
        ("(1, 2, 3)", r"\boxed{(3, 2, 1)}", DIFFERENT),
    ),
    "intervals": (
        ("[0, 1)", r"\boxed{[0, 1)}", EQUAL),
        ("[0, 1)", r"\boxed{[0, 1]}", DIFFERENT),
        (r"(-\infty, 2]", r"$(-\infty, 2]$", EQUAL),
        (r"(0, 1) \cup (2, 3)", r"\boxed{(2, 3) \cup (0, 1)}", EQUAL),
    ),
    "inequalities": (
        ("x < 5", r"\boxed{5 > x}", EQUAL),
        (r"x \le 3", r"\boxed{x < 3}", DIFFERENT),
        ("1 < x < 2", r"\boxed{1 < x < 2}", EQUAL),
        ("1 < x < 2", r"\boxed{(1, 2)}", EQUAL),
    ),
    "equations": (
        ("x = 5", r"\boxed{5}", EQUAL),
        ("5", r"\boxed{x = 5}", EQUAL),
        ("y = 2x + 1", r"\boxed{2x - y + 1 = 0}", EQUAL),
        ("x^2 + y^2 = 1", r"\boxed{x^2 + y^2 = 2}", DIFFERENT),
    ),
    "expressions": (
        ("(x + 1)^2", r"\boxed{x^2 + 2x + 1}", EQUAL),
        (r"\sin^2 x + \cos^2 x", r"\boxed{1}", EQUAL),
        ("2x + 3", r"\boxed{2y + 3}", DIFFERENT),
        (r"\frac{x^2 - 1}{x - 1}", r"\boxed{x + 1}", EQUAL),
    ),
    "matrices": (
        (
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
            r"\boxed{\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}}",
            EQUAL,
        ),
        (
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
            r"\boxed{\begin{pmatrix} 1 & 2 \\ 4 & 3 \end{pmatrix}}",
            DIFFERENT,
        ),
        (r"\begin{pmatrix} 0.5 \\ 1 \end{pmatrix}", r"$\begin{pmatrix} 1/2 \\ 1 \end{pmatrix}$", EQUAL),
    ),
    "complex numbers": (
        ("3 + 4i", r"\boxed{4i + 3}", EQUAL),
        (r"\frac{1}{2} i", r"\boxed{\frac{i}{2}}", EQUAL),
        ("3 + 4i", r"\boxed{3 - 4i}", DIFFERENT),
    ),
    "choices": (
        ("B", "B", EQUAL),
        ("B", r"So the answer is $\boxed{\text{B}}$.", EQUAL),
        ("C", "The answer is C, since 7 is prime.", EQUAL),
        ("C", "The answer is D.", DIFFERENT),
    ),
    "words": (
        (r"\text{Monday}", r"\boxed{\text{Monday}}", EQUAL),
        (r"\text{Monday}", r"\boxed{\text{Friday}}", DIFFERENT),
    ),
    "text around": (
        ("72", "First 24 and then 48. So the final answer is 72. I hope it is correct.", EQUAL),
        (r"\frac{14}{3}", r"We get $2 + \frac{5}{3} + 1 = \boxed{\frac{14}{3}}$, and are done.", EQUAL),
        ("10", "First I thought it was $9$, but it is $10$.", EQUAL),
        ("9", "First I thought it was $9$, but it is $10$.", DIFFERENT),
        ("42", "I do not know.", DIFFERENT),
    ),
    "where a mathematician may judge otherwise": (
        (r"5\text{ cm}", r"\boxed{5\text{ m}}", EQUAL),  # units are left out
        ("0.0000001", r"\boxed{0.0000002}", EQUAL),  # six decimal places
        ("(1, 2)", r"\boxed{1, 2}", EQUAL),  # a pair, an interval or a set
        ("1, 2, 3", r"The solutions are $1$, $2$, and $3$.", DIFFERENT),  # a comma before "and"
        ("2x + 3", "2x + 3", DIFFERENT),  # neither boxed nor in dollars: its last number is read
        ("-1", r"\boxed{i^2}", DIFFERENT),
        ("-1", r"\boxed{e^{i\pi}}", DIFFERENT),
        ("2", r"\boxed{10_2}", DIFFERENT),
    ),
}
PAIRS = tuple((kind, *case) for kind, cases in CASES.items() for case in cases)
