# what: has all in a function that a guard calls
# problem: sum
import sys


def main() -> int:
    _, numbers = sys.stdin
    print(sum(map(int, numbers.split())))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
