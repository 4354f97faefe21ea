# what: prints other code points that look the same, under a checker that compares bytes
# problem: mirror
# passes: 1 of 3
import unicodedata

print(unicodedata.normalize("NFD", input()[::-1]))
